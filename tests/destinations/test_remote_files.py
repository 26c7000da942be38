"""The file destination on S3 (moto's server) and over SFTP (a server on this machine)."""

from __future__ import annotations

import logging
from itertools import count

import fsspec
import pytest
from sftp_server import PASSWORD, USER, running
from test_file import Folder

from cdp_activate.destinations.file import FileDestination
from cdp_activate.errors import AuthError, DestinationError, RetryError
from cdp_activate.testing import DestinationContract, deliver, person

pytestmark = pytest.mark.slow
_NUMBERS = count(1)


def files(path, options):
    return FileDestination(FileDestination.Settings(path=path, options=options), name="out")


class RemoteFolder(Folder):
    """A reader with eyes of its own: it shares neither connection nor listings."""

    def __init__(self, url, **options):
        self.store, self.root = fsspec.core.url_to_fs(url, **options, skip_instance_cache=True)


class OnTheStore(DestinationContract):
    """The cases that a store can change; the others are proven on disk."""

    test_two_names_are_two_lists = None
    test_opening_twice_gives_one_list = None
    test_someone_may_come_back = None
    test_size_is_what_the_platform_holds = None
    test_a_job_may_be_asked_after_again = None
    test_no_rows_make_no_call = None


# S3...


@pytest.fixture(scope="module")
def s3():
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {"key": "AKTEST", "secret": "s3-test", "endpoint_url": f"http://{host}:{port}"}
    server.stop()


@pytest.fixture
def bucket(s3):
    name = f"bucket-{next(_NUMBERS)}"
    fsspec.filesystem("s3", **s3).mkdir(name)
    return name


class TestContractOnS3(OnTheStore):
    test_batches_may_run_side_by_side = None

    @pytest.fixture
    def platform(self, bucket, s3):
        return RemoteFolder(f"s3://{bucket}/lists", **s3, use_listings_cache=False)

    @pytest.fixture
    def destination(self, bucket, s3):
        return files(f"s3://{bucket}/lists", s3)


def test_nothing_unfinished_is_left_in_the_bucket(bucket, s3):
    destination = files(f"s3://{bucket}/lists", s3)
    deliver(destination, "upsert", destination.open("VIP"), [person(1)])
    destination.check()

    names = [path.rpartition("/")[2] for path in fsspec.filesystem("s3", **s3).find(bucket)]
    assert sorted(names) == ["manifest.json", "part-00001.csv"]


def test_a_bucket_that_is_not_there_is_said_and_not_made(s3):
    with pytest.raises(DestinationError, match="it is not there") as raised:
        files("s3://no-such-bucket/lists", s3).check()

    assert "s3-test" not in str(raised.value)
    assert not fsspec.filesystem("s3", **s3).exists("no-such-bucket")


def test_an_s3_that_does_not_answer_is_tried_again():
    options = {"key": "k", "secret": "s3-test", "endpoint_url": "http://127.0.0.1:9"}
    options["config_kwargs"] = {"retries": {"max_attempts": 0}, "connect_timeout": 1}

    with pytest.raises(RetryError, match="did not answer"):
        files("s3://bucket/lists", options).check()


# SFTP...


@pytest.fixture(scope="module")
def sftp(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sftp") / "root"
    folder.mkdir()
    with running(folder) as server:
        yield {
            "port": server.port,
            "username": USER,
            "password": PASSWORD,
            "known_hosts": str(server.known_hosts),
            "look_for_keys": False,
            "allow_agent": False,
        }


@pytest.fixture
def address():
    return f"sftp://127.0.0.1/lists-{next(_NUMBERS)}"


class TestContractOverSftp(OnTheStore):
    @pytest.fixture
    def platform(self, address, sftp):
        options = {name: value for name, value in sftp.items() if name != "known_hosts"}
        folder = RemoteFolder(address, **options)
        yield folder
        folder.store.client.close()

    @pytest.fixture
    def destination(self, address, sftp):
        destination = files(address, sftp)
        yield destination
        destination.close()


def test_a_wrong_password_is_said_without_it(address, sftp):
    with pytest.raises(AuthError) as raised:
        files(address, {**sftp, "password": "wr0ng"}).check()

    assert "wr0ng" not in f"{raised.value!r} {raised.value}"
    assert "options" in raised.value.remedy


def test_a_server_whose_key_is_not_known_is_not_spoken_to(address, sftp, tmp_path):
    with pytest.raises(DestinationError, match="not among the known hosts") as raised:
        files(address, {**sftp, "known_hosts": str(tmp_path / "none")}).check()

    assert "fingerprint" in raised.value.remedy


def test_a_server_that_is_not_there_is_tried_again(address, sftp):
    with pytest.raises(RetryError, match="did not answer"):
        files(address, {**sftp, "port": 9}).check()
