"""What Google's answers say of an error: words of a list, and how long to wait.

Not a destination: names with an underscore are no types.
"""

from __future__ import annotations

import re

from cdp_activate.answers import LONGEST_WAIT
from cdp_activate.http import Response

REASON = re.compile(r"[A-Z][A-Z_0-9]{2,80}")
_DELAY = re.compile(r"([0-9]+(?:\.[0-9]+)?)s")

NOT_THE_ROWS = {
    "TERMS_AND_CONDITIONS_NOT_SIGNED": "accept the Customer Match terms in the account",
    "NOT_ALLOWLISTED": "ask Google to allow Customer Match for the account",
    "ADVERTISER_TOS_NOT_ACCEPTED": "accept the terms in the account",
    "INVALID_USER_LIST_ID": "run the sync with --full-refresh: a deleted list is made anew",
    "INVALID_USER_LIST_TYPE": "rename the list there, or give the sync another `list:`",
    "INVALID_DESTINATION": "check customer_id and login_customer_id",
    "DESTINATION_ACCOUNT_TYPE_MISMATCH": "check customer_id: is it a Google Ads account?",
    "OPERATING_ACCOUNT_LOGIN_ACCOUNT_MISMATCH": "check login_customer_id",
}
"""Reasons of a refusal that no other row would mend, and what does."""


def pause_of(response: Response) -> float | None:
    """Seconds that google.rpc.RetryInfo asks for: Google says them in the body."""
    try:
        delays = [one.get("retryDelay") for one in response.json()["error"]["details"]]
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    found = [_DELAY.fullmatch(one) for one in delays if isinstance(one, str)]
    return next((min(float(one[1]), LONGEST_WAIT) for one in found if one), None)


def reasons_of(response: Response) -> list[str]:
    """The words that Google gives for an error, of google.rpc.ErrorInfo and BadRequest."""
    try:
        details = response.json()["error"]["details"]
        words = [one.get("reason") for one in details]
        for one in details:
            words += [field.get("reason") for field in one.get("fieldViolations") or ()]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []
    return list(
        dict.fromkeys(one for one in words if isinstance(one, str) and REASON.fullmatch(one))
    )
