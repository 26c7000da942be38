"""Meta custom audiences (Facebook, Instagram): digests in rows of columns, counts in return."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import Field, SecretStr, field_validator

from cdp_activate.answers import retry_after
from cdp_activate.destinations.api import ApiDestination, ApiSettings
from cdp_activate.destinations.base import Limit
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import AuthError, DestinationError, RetryError
from cdp_activate.http import Response

_DOCS = "https://developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences"
_USERS = "https://developers.facebook.com/docs/marketing-api/reference/custom-audience/users"
_RATES = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"

# Said of each person, in columns beside the identifiers (28 April 2026):
# https://developers.facebook.com/documentation/ads-commerce/marketing-api/audiences/guides/custom-audiences
# 1 and 1000 are the United States and California; without them Meta finds the place itself:
# https://developers.facebook.com/docs/marketing-apis/data-processing-options
_LOCATED = {"DATA_PROCESSING_OPTIONS": ["LDU"]}
_LIMITED_USE: Mapping[str | None, Mapping[str, Any]] = {
    None: {},
    "located by meta": _LOCATED,
    "california": {
        **_LOCATED, "DATA_PROCESSING_OPTIONS_COUNTRY": 1, "DATA_PROCESSING_OPTIONS_STATE": 1000,
    },
}  # fmt: skip

SCHEMA = {
    "email": "EMAIL",
    "phone": "PHONE",
    "external_id": "EXTERN_ID",
    "mobile_ad_id": "MADID",
    "first_name": "FN",
    "last_name": "LN",
    "city": "CT",
    "state": "ST",
    "postcode": "ZIP",
    "country": "COUNTRY",
}
"""Identifier -> Meta's name of its column."""

_FLAGGED = 471
_TOKEN = frozenset({102, 190})
_RIGHTS = frozenset({3, 10, *range(200, 300)})
_BUSY = frozenset({1, 2, 4, 17, 32, 341, 613, *range(80000, 80015)})
_GONE = frozenset({(100, 33), (803, 0)})
_BLOCKED = (100, 1713230)
# "Failed to update the custom audience", such as one that was made for digests of one kind:
# https://github.com/facebook/facebook-python-business-sdk/issues/433
_NOT_THIS_WAY = 2650
_MISUSE = 368
_TERMS = 1870034
_MINUTE = 60.0

_INVALID = "invalid entry"


class MetaAdsDestination(ApiDestination["MetaAdsDestination.Settings"]):
    """Custom audiences of a Meta ad account."""

    class Settings(ApiSettings):
        """What `syncs/destinations.yml` may say under `type: meta_ads`."""

        ad_account_id: str = Field(description="The ad account's number, with or without act_.")
        access_token: SecretStr = Field(description="Of a system user, with ads_management.")
        limited_data_use: Literal["california", "located by meta"] | None = Field(
            default=None, description="Whose data is under limited data use (US privacy laws)."
        )
        retention_days: Annotated[int, Field(ge=1, le=180)] | None = Field(
            default=None, description="Days that someone stays on a new list, if not sent again."
        )

        @field_validator("ad_account_id")
        @classmethod
        def _account_is_a_number(cls, value: str) -> str:
            number = value.removeprefix("act_")
            if not re.fullmatch("[0-9]{3,20}", number):
                raise ValueError("must be the number of an ad account, such as act_1234567890")
            return number

    where = ("ad_account_id",)
    api_version = "v26.0"
    documentation = _DOCS
    permissions = ("ads_management", "a role on the ad account that may manage its audiences")
    leaving = (
        "Taken off the audience; Meta applies it within 24 hours. "
        "Nothing else changes for the person."
    )
    limits: ClassVar[Mapping[str, Limit]] = {
        "rows": Limit(10_000, "rows a call", _USERS),
        "delay": Limit(24, "hours until a change counts", _USERS),
        "throttle": Limit(60, "minutes that a throttled app waits", _RATES),
    }

    address = "https://graph.facebook.com"
    identifiers = tuple(SCHEMA)
    rules = "meta"
    matches = "each"
    takes_fields = False
    batch_size = limits["rows"].most
    # More at once is throttled by the account's business use case.
    concurrency = 2
    timeout = 120.0

    def headers(self, path: str) -> Mapping[str, str]:
        """The token, in a header: an address is written to logs on its way."""
        return {"authorization": f"Bearer {self.settings.access_token.get_secret_value()}"}

    def _at(self, path: str) -> str:
        return f"/{self.api_version}/{path}"

    @property
    def _account(self) -> str:
        return self._at(f"act_{self.settings.ad_account_id}")

    def check(self) -> None:
        """Read the ad account's id."""
        answer = self.call("GET", self._account, query={"fields": "id"})
        self.read(answer, "id", kind=str)

    def open(self, name: str) -> str:
        """The account's customer list of this very name, else a new one."""
        query: dict[str, Any] = {"fields": "id,name,subtype,operation_status", "limit": 200}
        while True:
            answer = self.call("GET", f"{self._account}/customaudiences", query=query)
            for one in self.read(answer, "data", kind=list):
                if self.read(one, "name", kind=str) == name and one.get("subtype") == "CUSTOM":
                    self._refuse_flagged(one)
                    return self.read(one, "id", kind=str)
            paging = self.read(answer.get("paging") or {}, kind=dict)
            if not paging.get("next"):
                break
            after = self.read(paging, "cursors", "after", kind=str)
            if after == query.get("after"):
                raise self.misread("the cursor of the next page", "one of another page")
            query["after"] = after
        new: dict[str, Any] = {
            "name": name,
            "subtype": "CUSTOM",
            "customer_file_source": "USER_PROVIDED_ONLY",
        }
        if self.settings.retention_days:
            new["retention_days"] = self.settings.retention_days
        made = self.make_list(f"{self._account}/customaudiences", new)
        return self.read(made, "id", kind=str)

    def _refuse_flagged(self, audience: Mapping[str, Any]) -> None:
        status = self.read(audience.get("operation_status") or {}, kind=dict)
        if status.get("code") == _FLAGGED:
            raise self._flagged()

    def _flagged(self) -> DestinationError:
        return DestinationError(
            f"{self.name} flagged the audience and takes no changes to it",
            remedy="Appeal in Meta's Audience Manager, or give the sync another `list:`.",
        )

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Add rows of digests. Who is there already stays there once."""
        return self._change("POST", list_id, rows)

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Take rows off. Meta does not count those that are not there as invalid."""
        return self._change("DELETE", list_id, rows)

    def _change(self, method: str, list_id: str, rows: Sequence[Row]) -> Receipt:
        if not rows:
            return Receipt()
        names = [name for name in SCHEMA if any(name in row.identifiers for row in rows)]
        limits = _LIMITED_USE[self.settings.limited_data_use] if method == "POST" else {}
        payload = {
            "schema": [*(SCHEMA[name] for name in names), *limits],
            "data": [
                [*(row.identifiers.get(name, "") for name in names), *limits.values()]
                for row in rows
            ],
        }
        path = self._at(f"{quote(list_id, safe='')}/users")
        answer = self.call(method, path, {"payload": payload})
        received = self.read(answer, "num_received", kind=int)
        # Of one row several identifiers may be invalid.
        invalid = min(self.read(answer, "num_invalid_entries", kind=int), len(rows))
        named = _named(answer, rows) if invalid else []
        others = max(invalid - len(named), 0)
        missing = max(len(rows) - received, 0)
        reasons = {_INVALID: others, "not received": missing}
        return Receipt(
            dict.fromkeys(named, _INVALID),
            unnamed=others + missing,
            reasons={why: count for why, count in reasons.items() if count},
        )

    def size(self, list_id: str) -> int | None:
        """Meta's estimate of the people on the list, at least; None up to 1,000."""
        fields = "approximate_count_lower_bound,approximate_count_upper_bound"
        answer = self.call("GET", self._at(quote(list_id, safe="")), query={"fields": fields})
        low, high = (self.read(answer, field, kind=int) for field in fields.split(","))
        return low if high > 1_000 else None

    def raise_for(self, response: Response) -> None:
        """Meta says in the body's code what its status does not."""
        code, subcode = _codes(response)
        if code in _TOKEN:
            raise AuthError(
                f"{self.name} does not accept the access token (code {code})",
                remedy="Make a new one for the system user; set it in syncs/destinations.yml.",
            )
        if subcode == _TERMS:
            raise DestinationError(
                f"{self.name}: the terms of custom audiences were not accepted",
                remedy="Accept them at business.facebook.com/ads/manage/customaudiences/tos.",
            )
        if code in _RIGHTS:
            raise AuthError(
                f"{self.name} may not do this with our access token (code {code})",
                remedy=f"It needs: {', '.join(self.permissions)}.",
            )
        if (code, subcode) == _BLOCKED:
            raise self._flagged()
        if (code, subcode) in _GONE:
            raise DestinationError(
                f"{self.name}: what we call is not there, or not ours",
                remedy="If the list was deleted there, run the sync with --full-refresh: "
                "it is made anew and filled.",
            )
        if code == _NOT_THIS_WAY:
            raise DestinationError(
                f"{self.name} does not let this audience be filled from here (code {code})",
                remedy="It was made another way there: give the sync another `list:`.",
                in_doubt=False,
            )
        if code == _MISUSE:
            raise DestinationError(
                f"{self.name} blocked us for a while (code {code}: misuse)",
                remedy="Look into Meta's Business Support Home, and run the sync again later.",
            )
        if code in _BUSY or _is_transient(response):
            raise RetryError(
                f"{self.name} is busy or we called it too often (code {code})",
                after=_regained(response) or retry_after(response),
            )
        super().raise_for(response)


def _named(answer: Mapping[str, Any], rows: Sequence[Row]) -> list[str]:
    """The keys of those whom Meta's few samples of invalid entries name: text by text."""
    samples = answer.get("invalid_entry_samples")
    words = set(re.findall(r"[\w-]+", json.dumps(samples))) if samples else set()
    return [
        row.key
        for row in rows
        if any(row.identifiers.get(name) in words for name in ("email", "phone", "mobile_ad_id"))
    ]


def _codes(response: Response) -> tuple[int, int]:
    """Code and subcode of an error, 0 where there is none."""
    if response.status < 400:
        return 0, 0
    try:
        error = response.json()["error"]
        found = error.get("code") or 0, error.get("error_subcode") or 0
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0, 0
    return found if all(isinstance(one, int) for one in found) else (0, 0)


def _is_transient(response: Response) -> bool:
    """Whether Meta says of an error that it passes on its own."""
    try:
        return response.status >= 400 and response.json()["error"]["is_transient"] is True
    except (KeyError, TypeError, ValueError):
        return False


def _regained(response: Response) -> float | None:
    """Seconds until calls are taken again, of X-Business-Use-Case-Usage, which counts minutes."""
    try:
        usage = json.loads(response.headers.get("x-business-use-case-usage", ""))
        minutes = [
            one["estimated_time_to_regain_access"] for each in usage.values() for one in each
        ]
        longest = max(float(one) for one in minutes)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return min(longest, MetaAdsDestination.limits["throttle"].most) * _MINUTE or None
