"""Google Customer Match through the Data Manager API: REST, digests, outcomes later."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from cdp_activate.destinations._google import NOT_THE_ROWS, REASON, pause_of, reasons_of
from cdp_activate.destinations._oauth import Tokens, refreshing, service_account
from cdp_activate.destinations.api import ApiDestination, ApiSettings
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import AuthError, DestinationError, RefusedError, RetryError
from cdp_activate.http import Response

SCOPE = "https://www.googleapis.com/auth/datamanager"
TOKENS = "https://oauth2.googleapis.com/token"

_DOCS = "https://developers.google.com/data-manager/api"
_LIMITS = f"{_DOCS}/limits"
_PROTO = "https://pypi.org/project/google-ads-datamanager/ (IngestAudienceMembersRequest)"
_CONSENT = {"granted": "CONSENT_GRANTED", "denied": "CONSENT_DENIED"}
_SHORT = "PROCESSING_ERROR_REASON_"
_BUSY = frozenset({429, 503})

_UNFIT = "no e-mail address or telephone number, and no whole address"


class GoogleAdsDestination(ApiDestination["GoogleAdsDestination.Settings"]):
    """Customer Match lists of a Google Ads account."""

    class Settings(ApiSettings):
        """What `syncs/destinations.yml` may say under `type: google_ads`."""

        customer_id: str = Field(description="The Google Ads account, 123-456-7890.")
        login_customer_id: str | None = Field(
            default=None, description="The manager account that our credentials belong to."
        )
        service_account_file: str | None = Field(
            default=None, description="The JSON key of a service account, or the next three."
        )
        client_id: str | None = Field(default=None, description="Of an OAuth client.")
        client_secret: SecretStr | None = Field(default=None, description="Of the same.")
        refresh_token: SecretStr | None = Field(
            default=None, description="Of someone who may manage the account's lists."
        )
        ad_user_data: Literal["granted", "denied"] = Field(
            description="Consent to send personal data for ads of all whom a sync sends."
        )
        ad_personalization: Literal["granted", "denied"] = Field(
            description="Their consent to personalised ads."
        )
        customer_match_terms: Literal["accepted"] = Field(
            description="Say that the account accepted Google's Customer Match terms."
        )
        membership_days: Annotated[int, Field(ge=1, le=540)] | None = Field(
            default=None, description="Days that someone stays on a new list, if not sent again."
        )

        @field_validator("customer_id", "login_customer_id")
        @classmethod
        def _account_is_a_number(cls, value: str | None) -> str | None:
            digits = value.replace("-", "") if value else value
            if digits is not None and not re.fullmatch("[0-9]{6,12}", digits):
                raise ValueError("must be an account's number, such as 123-456-7890")
            return digits

        @model_validator(mode="after")
        def _one_kind_of_credentials(self) -> GoogleAdsDestination.Settings:
            client = (self.client_id, self.client_secret, self.refresh_token)
            if bool(self.service_account_file) == any(client) or (any(client) and not all(client)):
                raise ValueError(
                    "give service_account_file, or client_id, client_secret and refresh_token"
                )
            return self

    where = ("customer_id",)
    api_version = "v1"
    documentation = f"{_DOCS}/devguides/audiences"
    permissions = (f"scope {SCOPE}", "standard access to the Google Ads account")
    leaving = (
        "Taken off the list by audienceMembers:remove. "
        "Google may show its ads a while longer; nothing else changes."
    )
    limits: ClassVar[Mapping[str, Limit]] = {
        "members": Limit(10_000, "members a call", _PROTO),
        "identifiers": Limit(10, "identifiers a member", _PROTO),
        "pace": Limit(300, "calls a minute and project", _LIMITS),
        "calls": Limit(100_000, "calls a day and project", _LIMITS),
        "membership": Limit(540, "days on a list", "https://support.google.com/google-ads/answer/6276125"),
        "status": Limit(50, "days that a request's outcome is kept", _PROTO),
    }  # fmt: skip

    address = "https://datamanager.googleapis.com"
    identifiers = ("email", "phone", "first_name", "last_name", "country", "postcode")
    rules = "google"
    matches = "each"
    takes_fields = False
    batch_size = 10_000
    requests_per_second = 4.0

    def headers(self, path: str) -> Mapping[str, str]:
        """An access token, and the account that it signs in with."""
        found = {"authorization": f"Bearer {self._tokens.get(self.transport)}"}
        if self.settings.login_customer_id:
            login = f"accountTypes/GOOGLE_ADS/accounts/{self.settings.login_customer_id}"
            found["login-account"] = login
        return found

    @cached_property
    def _tokens(self) -> Tokens:
        settings = self.settings
        if settings.service_account_file:
            address, form = service_account(self.folder / settings.service_account_file, SCOPE)
            return Tokens(address, form, who=self.name)
        assert settings.client_id and settings.client_secret and settings.refresh_token
        form = refreshing(settings.client_id, settings.client_secret, settings.refresh_token)
        return Tokens(TOKENS, form, who=self.name)

    def check(self) -> None:
        """Read one of the account's lists."""
        self.call("GET", self._lists, query={"pageSize": 1})

    @property
    def _lists(self) -> str:
        return f"/v1/accountTypes/GOOGLE_ADS/accounts/{self.settings.customer_id}/userLists"

    def open(self, name: str) -> str:
        """The account's own list of this very name, else a new one."""
        query = {"filter": f"display_name = {json.dumps(name, ensure_ascii=False)}"}
        answer = self.call("GET", self._lists, query=query)
        found = self.read(answer, kind=dict).get("userLists", [])
        for number, one in enumerate(self.read(found, kind=list)):
            same = self.read(one, "displayName", kind=str) == name
            if same and one.get("accessReason", "OWNED") == "OWNED":
                self._refuse_closed(one)
                return self.read(found, number, "id", kind=str)
        new: dict[str, Any] = {
            "displayName": name,
            "membershipStatus": "OPEN",
            "ingestedUserListInfo": {
                "uploadKeyTypes": ["CONTACT_ID"],
                "contactIdInfo": {"dataSourceType": "DATA_SOURCE_TYPE_FIRST_PARTY"},
            },
        }
        if self.settings.membership_days:
            new["membershipDuration"] = f"{self.settings.membership_days * 86_400}s"
        return self.read(self.make_list(self._lists, new), "id", kind=str)

    def _refuse_closed(self, about: Mapping[str, Any]) -> None:
        """A closed list takes nobody, in silence; Google closes those that no ads use itself."""
        if about.get("membershipStatus") == "CLOSED":
            raise DestinationError(
                f"{self.name} has a list of this name that is closed, and takes nobody",
                remedy="Open it again in Google Ads (Audience manager), or say another `list` "
                "in the sync.",
                in_doubt=False,
            )

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Ingest members, with the consent that the settings say for them."""
        more = {
            "consent": {
                "adUserData": _CONSENT[self.settings.ad_user_data],
                "adPersonalization": _CONSENT[self.settings.ad_personalization],
            },
            "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
        }
        return self._change("ingest", list_id, rows, more)

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Remove members. Who is not there counts as removed."""
        return self._change("remove", list_id, rows, {})

    def _change(
        self, verb: str, list_id: str, rows: Sequence[Row], more: Mapping[str, Any]
    ) -> Receipt:
        people = [(row, found) for row in rows if (found := _identifiers(row))]
        known = {row.key for row, _ in people}
        # Google refuses the whole call for one member without an identifier. Who has none was
        # never added, so there is nothing to remove.
        unfit = {row.key: _UNFIT for row in rows if row.key not in known and verb == "ingest"}
        if not people:
            return Receipt(unfit)
        account = {"accountType": "GOOGLE_ADS", "accountId": self.settings.customer_id}
        target: dict[str, Any] = {"operatingAccount": account, "productDestinationId": list_id}
        if self.settings.login_customer_id:
            target["loginAccount"] = {**account, "accountId": self.settings.login_customer_id}
        body = {
            "destinations": [target],
            "audienceMembers": [{"userData": {"userIdentifiers": found}} for _, found in people],
            "encoding": "HEX",
            **more,
        }
        answer = self.call("POST", f"/v1/audienceMembers:{verb}", body)
        return Receipt(unfit, job=self.read(answer, "requestId", kind=str))

    def settle(self, job: str) -> Receipt | None:
        """What became of a request: Google counts refusals by reason and names no rows."""
        answer = self.job("/v1/requestStatus:retrieve", query={"requestId": job})
        about = self.read(answer, "requestStatusPerDestination", 0, kind=dict)
        status = self.read(about, "requestStatus", kind=str)
        if status == "SUCCESS":
            return Receipt()
        if status in ("PROCESSING", "REQUEST_STATUS_UNKNOWN"):
            return None
        counts = self.read(about.get("errorInfo") or {}, kind=dict).get("errorCounts") or []
        reasons: dict[str, int] = {}
        for one in self.read(counts, kind=list):
            reason = self.read(one, "reason", kind=str).removeprefix(_SHORT)
            reason = reason.lower() if REASON.fullmatch(reason) else "refused without a reason"
            reasons[reason] = reasons.get(reason, 0) + self._number(one, "recordCount")
        # What was refused, and how many of it, must be said: silence is not success.
        if not sum(reasons.values()) or "internal_error" in reasons:
            raise RetryError(f"{self.name} failed to process a request")
        return Receipt(unnamed=sum(reasons.values()), reasons=reasons)

    def size(self, list_id: str) -> int | None:
        """Google's estimate of the matched people on the list, of its largest network.

        None below its threshold of privacy, where it says 0.
        """
        about = self.read(self.call("GET", f"{self._lists}/{list_id}"), kind=dict)
        sizes = self.read(about.get("sizeInfo") or {}, kind=dict)
        return max((self._number(sizes, name) for name in sizes), default=0) or None

    def _number(self, about: Any, name: str) -> int:
        """An int64, which Google's JSON writes as text."""
        try:
            return int(about.get(name, 0))
        except (AttributeError, TypeError, ValueError):
            self.read(about, name, kind=int)
            raise

    def raise_for(self, response: Response) -> None:
        """Google's reasons are words of a list: they are shown, its messages are not."""
        reasons = reasons_of(response)
        if response.status == 401:
            self._tokens.refused()
        if response.status == 403 and "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons:
            raise AuthError(
                f"{self.name}: the access token lacks the scope {SCOPE}",
                remedy="Make a new refresh token with this scope.",
            )
        for reason in reasons:
            if reason in NOT_THE_ROWS:
                raise DestinationError(
                    f"{self.name} refused the request: {reason}",
                    remedy=f"To mend it: {NOT_THE_ROWS[reason]}.",
                )
        if response.status in _BUSY and (pause := pause_of(response)) is not None:
            raise RetryError(
                f"{self.name} answered {response.status}: later",
                after=pause,
                in_doubt=response.status != 429,
            )
        if response.status == 400 and reasons:
            raise RefusedError(f"{self.name} refused the batch: {', '.join(reasons[:3])}")
        super().raise_for(response)


def _identifiers(row: Row) -> list[dict[str, Any]]:
    """A row's identifiers; an address counts only when it is whole."""
    given = row.identifiers
    found: list[dict[str, Any]] = []
    if "email" in given:
        found.append({"emailAddress": given["email"]})
    if "phone" in given:
        found.append({"phoneNumber": given["phone"]})
    parts = {
        "givenName": "first_name",
        "familyName": "last_name",
        "regionCode": "country",
        "postalCode": "postcode",
    }
    if all(name in given for name in parts.values()):
        found.append({"address": {theirs: given[ours] for theirs, ours in parts.items()}})
    return found
