"""Google Customer Match, against an emulator of it and the API's own protobufs."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from api import ApiContract
from emulators.google_ads import CUSTOMER, MANAGER, REFRESH, GoogleAds
from pydantic import ValidationError

from cdp_activate.destinations.google_ads import SCOPE, GoogleAdsDestination
from cdp_activate.destinations.rows import Row
from cdp_activate.errors import AuthError, DestinationError, RefusedError, RetryError, SettingsError
from cdp_activate.http import FunctionTransport, Request, Response, Transport
from cdp_activate.testing import STATUSES, as_sent, deliver, person

SETTINGS = {
    "customer_id": "123-456-7890",
    "client_id": "client",
    "client_secret": "hush",
    "refresh_token": REFRESH,
    "ad_user_data": "granted",
    "ad_personalization": "granted",
    "customer_match_terms": "accepted",
}
MESSAGES = {
    "POST /v1/audienceMembers:ingest": "IngestAudienceMembers",
    "POST /v1/audienceMembers:remove": "RemoveAudienceMembers",
    "GET /v1/requestStatus:retrieve": "RetrieveRequestStatus",
    "GET /v1/{parent}/userLists": "ListUserLists",
    "POST /v1/{parent}/userLists": ("UserList", "UserList"),
    "GET /v1/{parent}/userLists/{id}": ("GetUserListRequest", "UserList"),
}
"""Call -> the messages of `google.ads.datamanager.v1` that are sent and answered."""


class Checked(Transport):
    """Parses what is sent and answered into the protobufs, which refuse every unknown field."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.operations: set[str] = set()

    def send(self, request: Request) -> Response:
        response = self.inner.send(request)
        parts = urlsplit(request.url)
        if parts.netloc == "datamanager.googleapis.com":
            path = re.sub("accountTypes/[^/]+/accounts/[^/]+", "{parent}", parts.path)
            path = re.sub("userLists/[0-9]+", "userLists/{id}", path)
            call = f"{request.method} {path}"
            named = MESSAGES[call]
            asked, answered = (
                (f"{named}Request", f"{named}Response") if isinstance(named, str) else named
            )
            query = {key: int(v) if key == "pageSize" else v for key, v in parse_qsl(parts.query)}
            _parse(asked, request.body or json.dumps(query))
            if response.status == 200:
                _parse(answered, response.body)
            self.operations.add(call)
        return response


def _parse(message: str, body):
    json_format = pytest.importorskip("google.protobuf.json_format")
    api = pytest.importorskip("google.ads.datamanager_v1")
    return json_format.Parse(body, getattr(api, message).pb()())


class TestGoogleAds(ApiContract):
    kind = GoogleAdsDestination
    settings = SETTINGS
    emulator = GoogleAds
    secret = REFRESH
    operations = set(MESSAGES)
    files = ("the protobufs",)
    # The first call asks for a token: there a 400 is a grant that is refused.
    statuses = {**STATUSES, 400: AuthError}

    @pytest.fixture
    def checked(self, platform):
        return Checked(platform.transport())

    def test_members_carry_consent_terms_and_the_accounts(self, platform, connect):
        settings = {**SETTINGS, "login_customer_id": MANAGER, "ad_personalization": "denied"}
        destination = GoogleAdsDestination(
            GoogleAdsDestination.Settings.model_validate(settings), transport=platform.transport()
        )
        list_id = destination.open("VIP")
        deliver(destination, "upsert", list_id, [as_sent(destination, person(1))])

        (sent,) = [call for call in platform.seen if call.path.endswith(":ingest")]
        assert sent.body["consent"] == {
            "adUserData": "CONSENT_GRANTED",
            "adPersonalization": "CONSENT_DENIED",
        }
        assert sent.body["termsOfService"] == {"customerMatchTermsOfServiceStatus": "ACCEPTED"}
        (target,) = sent.body["destinations"]
        assert target["operatingAccount"]["accountId"] == CUSTOMER
        assert target["loginAccount"]["accountId"] == MANAGER
        assert sent.headers["login-account"] == f"accountTypes/GOOGLE_ADS/accounts/{MANAGER}"
        assert sent.body["encoding"] == "HEX"

    def test_an_address_is_sent_whole_or_not_at_all(self, destination, platform):
        whole = {"first_name": "Ann", "last_name": "Lee", "country": "vn", "postcode": " 70000 "}
        rows = [
            Row("a", whole),
            Row("b", {"email": "ann@gmail.com", **whole, "postcode": ""}),
        ]
        sent = [as_sent(destination, row) for row in rows]
        deliver(destination, "upsert", destination.open("VIP"), sent)

        (call,) = [call for call in platform.seen if call.path.endswith(":ingest")]
        first, second = (one["userData"]["userIdentifiers"] for one in call.body["audienceMembers"])
        assert first[0]["address"]["regionCode"] == "VN"
        assert first[0]["address"]["postalCode"] == "70000"
        assert len(first[0]["address"]["givenName"]) == 64
        assert [set(one) for one in second] == [{"emailAddress"}]

    def test_half_an_address_alone_is_refused_by_name_before_sending(self, destination, platform):
        """Google refuses the whole call for one member without an identifier."""
        half = as_sent(destination, Row("a", {"first_name": "Ann", "country": "vn"}))
        list_id = destination.open("VIP")
        rows = [half, as_sent(destination, person(1))]
        receipt = deliver(destination, "upsert", list_id, rows)
        deliver(destination, "remove", list_id, rows)

        assert set(receipt.rejected) == {"a"}
        sent = [c for c in platform.seen if c.path.endswith((":ingest", ":remove"))]
        assert [len(call.body["audienceMembers"]) for call in sent] == [1, 1]
        assert destination.upsert(list_id, [half]).job is None

    def test_refusals_are_counted_by_reason(self, destination, platform):
        platform.denied = "PROCESSING_ERROR_REASON_DENIED_CONSENT"
        rows = [as_sent(destination, person(number)) for number in range(3)]
        platform.refuse(rows[0].key)
        platform.refuse(rows[1].key)

        job = destination.upsert(destination.open("VIP"), rows).job
        receipt = destination.settle(job)

        assert (receipt.unnamed, receipt.reasons) == (2, {"denied_consent": 2})

    def test_a_slow_request_is_unsettled_until_it_is_done(self, destination, platform):
        platform.slow = 2
        rows = [as_sent(destination, person(1))]
        job = destination.upsert(destination.open("VIP"), rows).job

        assert [destination.settle(job) for _ in range(2)] == [None, None]
        assert destination.settle(job) is not None

    def test_a_request_that_google_failed_to_process_is_sent_again(self, destination, platform):
        platform.denied = "PROCESSING_ERROR_REASON_INTERNAL_ERROR"
        rows = [as_sent(destination, person(1))]
        platform.refuse(rows[0].key)
        job = destination.upsert(destination.open("VIP"), rows).job

        with pytest.raises(RetryError):
            destination.settle(job)

    def test_a_refusal_without_a_count_is_no_success(self, destination, platform):
        count = {"reason": "PROCESSING_ERROR_REASON_DENIED_CONSENT"}
        about = {"requestStatus": "FAILED", "errorInfo": {"errorCounts": [count]}}
        platform.misbehave(platform.said(200, {"requestStatusPerDestination": [about]}))

        with pytest.raises(RetryError):
            destination.settle("request-1")

    def test_a_closed_list_is_said(self, destination, platform):
        """Google closes lists that no ads use, and takes for them whatever is sent."""
        list_id = destination.open("VIP")
        platform.lists[list_id] |= {"membershipStatus": "CLOSED", "closingReason": "UNUSED"}

        with pytest.raises(DestinationError, match="closed"):
            destination.open("VIP")

    def test_days_on_a_list_are_whole_days_in_seconds(self, platform):
        settings = GoogleAdsDestination.Settings.model_validate({**SETTINGS, "membership_days": 30})
        GoogleAdsDestination(settings, transport=Checked(platform.transport())).open("VIP")

        (made,) = platform.lists.values()
        assert made["membershipDuration"] == "2592000s"

    def test_one_token_serves_many_calls(self, destination, platform):
        for name in ("one", "two", "three"):
            destination.open(name)

        assert platform.tokens_given == 1

    def test_the_pause_that_google_asks_for_is_in_the_body(self, destination, platform):
        destination.check()
        info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "12.5s"}
        error = {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [info]}
        platform.misbehave(platform.said(429, {"error": error}))

        with pytest.raises(RetryError) as raised:
            destination.check()

        assert (raised.value.after, raised.value.in_doubt) == (12.5, False)

    def test_a_refresh_token_that_ended_is_said(self, platform):
        settings = GoogleAdsDestination.Settings.model_validate(
            {**SETTINGS, "refresh_token": "old"}
        )

        with pytest.raises(AuthError, match="credentials were refused") as raised:
            GoogleAdsDestination(settings, transport=platform.transport()).check()

        assert "refresh token" in raised.value.remedy
        assert "outdated" not in str(raised.value)

    def test_a_missing_scope_is_said(self, platform, connect):
        platform.misbehave(platform.refusal(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"))

        with pytest.raises(AuthError, match=re.escape(SCOPE)):
            connect(platform.transport()).check()

    @pytest.mark.parametrize(
        ("reason", "kind", "says"),
        [
            (
                "TERMS_AND_CONDITIONS_NOT_SIGNED",
                DestinationError,
                "accept the Customer Match terms",
            ),
            ("NOT_ALLOWLISTED", DestinationError, "ask Google"),
            ("INVALID_SHA256_FORMAT", RefusedError, ""),
        ],
    )
    def test_a_refusal_says_what_would_mend_it(self, destination, platform, reason, kind, says):
        list_id = destination.open("VIP")
        platform.misbehave(platform.refusal(400, reason))

        with pytest.raises(kind, match=reason) as raised:
            destination.upsert(list_id, [as_sent(destination, person(1))])

        assert type(raised.value) is kind
        assert says in raised.value.remedy

    def reading(self, destination, list_id):
        row = as_sent(destination, person(1))
        return [lambda: destination.open("VIP"), lambda: destination.upsert(list_id, [row])]


@pytest.fixture
def key_file(tmp_path):
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    about = {
        "type": "service_account",
        "client_email": "sync@project.iam.gserviceaccount.com",
        "private_key": private.decode(),
        "private_key_id": "k1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps(about))
    return path


CLIENT = ("client_id", "client_secret", "refresh_token")


def by_service_account(file, transport):
    given = {name: value for name, value in SETTINGS.items() if name not in CLIENT}
    settings = GoogleAdsDestination.Settings.model_validate(
        {**given, "service_account_file": file.name}
    )
    destination = GoogleAdsDestination(settings, transport=transport)
    destination.folder = file.parent
    return destination


def test_a_service_account_signs_its_request_for_a_token(key_file):
    platform = GoogleAds()

    by_service_account(key_file, platform.transport()).check()

    asked = platform.seen[0].body
    assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    claims = json.loads(base64.urlsafe_b64decode(asked["assertion"].split(".")[1] + "=="))
    assert claims["iss"] == "sync@project.iam.gserviceaccount.com"
    assert (claims["scope"], claims["aud"]) == (SCOPE, "https://oauth2.googleapis.com/token")
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"type": "service_account"}'])
def test_a_file_that_is_no_key_is_said(tmp_path, content):
    file = tmp_path / "key.json"
    file.write_text(content)

    with pytest.raises(SettingsError, match="not the JSON key"):
        by_service_account(file, FunctionTransport(lambda _: Response(200))).check()


def test_a_key_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        by_service_account(tmp_path / "no.json", FunctionTransport(lambda _: Response(200))).check()


@pytest.mark.parametrize(
    "change",
    [
        {"customer_id": "my account"},
        {"membership_days": 541},
        {"ad_user_data": None},
        {"customer_match_terms": "no"},
        {"refresh_token": None},
        {"service_account_file": "key.json"},
    ],
    ids=str,
)
def test_wrong_settings_are_refused(change):
    with pytest.raises(ValidationError):
        GoogleAdsDestination.Settings.model_validate({**SETTINGS, **change})


def test_the_pace_keeps_to_the_limits():
    limits = GoogleAdsDestination.limits
    assert GoogleAdsDestination.batch_size <= limits["members"].most
    assert GoogleAdsDestination.requests_per_second * 60 <= limits["pace"].most
    # E-mail, phone and address: three of a member's ten.
    assert limits["identifiers"].most > 3
