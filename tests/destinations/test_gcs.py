"""The file destination on Google Cloud Storage, through gcsfs, against a server on this machine.

gcsfs asks for another fsspec than the rest: `make test-gcs` puts it into a folder of its own.
"""

from __future__ import annotations

import json
import os
from itertools import count

import pytest

# Else it asks Google itself, by gRPC, what kind each bucket is.
os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
pytest.importorskip("gcsfs", reason="gcsfs is not installed: run `make test-gcs`")

import fsspec
from gcs_server import TOKEN, GoogleCloudStorage
from test_remote_files import OnTheStore, RemoteFolder, files

from cdp_activate.errors import AuthError, DestinationError, RetryError
from cdp_activate.testing import deliver, person

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def cloud():
    """The store, and the options that lead to it: those of a service account."""
    store = GoogleCloudStorage()
    with store.serve() as server:
        yield store, server.url.rstrip("/")


@pytest.fixture(scope="module")
def key_file(cloud, tmp_path_factory):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    secret = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = secret.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    about = {
        "type": "service_account", "project_id": "shop", "private_key_id": "7",
        "private_key": pem.decode(), "client_email": "shop@shop.example",
        "token_uri": f"{cloud[1]}/token",
    }  # fmt: skip
    path = tmp_path_factory.mktemp("keys") / "shop.json"
    path.write_text(json.dumps(about))
    return path


@pytest.fixture
def options(cloud, key_file):
    cloud[0].status = 0
    return {"token": str(key_file), "endpoint_url": cloud[1], "project": "shop"}


@pytest.fixture(autouse=True)
def no_minute_of_patience(monkeypatch):
    monkeypatch.setattr("gcsfs.retry.is_retriable", lambda error: False)


@pytest.fixture
def bucket(cloud):
    name = f"bucket-{next(_NUMBERS)}"
    cloud[0].buckets[name] = {}
    return name


class TestContractOnGoogleCloudStorage(OnTheStore):
    test_batches_may_run_side_by_side = None

    @pytest.fixture
    def platform(self, bucket, options):
        return RemoteFolder(f"gs://{bucket}/lists", **options, use_listings_cache=False)

    @pytest.fixture
    def destination(self, bucket, options):
        return files(f"gs://{bucket}/lists", options)


def test_nothing_unfinished_is_left_in_the_bucket(cloud, bucket, options):
    destination = files(f"gs://{bucket}/lists", options)
    deliver(destination, "upsert", destination.open("VIP"), [person(1)])
    destination.check()

    names = [name.rpartition("/")[2] for name in cloud[0].buckets[bucket]]
    assert sorted(names) == ["manifest.json", "part-00001.csv"]


def test_a_bucket_that_is_not_there_is_said_and_not_made(cloud, options):
    with pytest.raises(DestinationError, match="it is not there"):
        files("gs://no-such-bucket/lists", options).check()

    assert "no-such-bucket" not in cloud[0].buckets


@pytest.mark.parametrize(
    ("status", "error"), [(400, DestinationError), (403, AuthError), (429, RetryError)]
)
def test_what_it_refuses_is_said_without_the_token(cloud, bucket, options, status, error):
    destination = files(f"gs://{bucket}/lists", options)
    destination.open("VIP")
    cloud[0].status = status

    with pytest.raises(error) as raised:
        deliver(destination, "upsert", "vip-00000000", [person(1)])

    assert type(raised.value) is error
    assert TOKEN not in f"{raised.value!r} {raised.value}"


def test_a_wrong_service_account_is_said(cloud, bucket, options):
    cloud[0].knows_the_account = False
    try:
        with pytest.raises(AuthError) as raised:
            files(f"gs://{bucket}/lists", {**options, "skip_instance_cache": True}).check()
    finally:
        cloud[0].knows_the_account = True
    assert "options" in raised.value.remedy
    fsspec.get_filesystem_class("gs").clear_instance_cache()
