"""Access tokens of OAuth 2.0, fetched when needed and kept until shortly before they end.

Not a destination: names with an underscore are no types. Nothing here is ever shown: a
message names the destination alone.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode

from pydantic import SecretStr

from cdp_activate.answers import raise_for_status, read_json
from cdp_activate.errors import AuthError, DestinationError, RetryError, SettingsError
from cdp_activate.http import Request, Transport

MARGIN = 60.0
"""Seconds before its end that a token is no longer used: a call may take a while."""

_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_LIFE = 3600
_REFUSED = frozenset({400, 401})


Form: TypeAlias = Callable[[], Mapping[str, str]]
"""What to send for the next token."""


class Tokens:
    """One access token at a time, for all threads. `form` gives the request for the next one."""

    def __init__(self, address: str, form: Form, *, who: str) -> None:
        self.address, self.form, self.who = address, form, who
        self._lock = threading.Lock()
        self._token, self._since, self._until = "", 0.0, 0.0
        self._used = threading.local()

    def get(self, transport: Transport) -> str:
        """A token that is good for a minute more at least.

        Raises AuthError when the grant is refused, RetryError when none could be fetched.
        """
        with self._lock:
            if time.monotonic() >= self._until:
                self._token, seconds = self._fetched(transport)
                self._since = time.monotonic()
                self._until = self._since + seconds - MARGIN
            self._used.token = self._token
            return self._token

    def refused(self) -> None:
        """The platform takes the token of this thread no more, before its time.

        Raises RetryError: the next call is made with another. Returns where the token is new,
        so that another would be refused too.
        """
        with self._lock:
            is_ours = self._used.token == self._token
            is_new = is_ours and time.monotonic() - self._since < MARGIN
            if is_ours and not is_new:
                self._until = 0.0
        if not is_new:
            raise RetryError(f"{self.who} takes the access token no more", after=0.0)

    def _fetched(self, transport: Transport) -> tuple[str, float]:
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        }
        body = urlencode(self.form()).encode("ascii")
        response = transport.send(Request("POST", self.address, headers, body))
        if response.status in _REFUSED:
            # RFC 6749, 5.2: invalid_grant, invalid_client, unauthorized_client ...
            raise AuthError(
                f"{self.who}: the credentials were refused when an access token was asked for",
                remedy="Sign in again for a new refresh token, or make a new key, and check "
                "the client's id and secret in syncs/destinations.yml.",
            )
        raise_for_status(response, who=self.who)
        answer = read_json(response, who=self.who)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise DestinationError(
                f"{self.who}: no access token in the answer to our request for one",
                remedy="It may have changed its interface: look for a newer cdp-activate.",
            )
        seconds = answer.get("expires_in")
        return token, float(seconds) if isinstance(seconds, int | float) else _JWT_LIFE


def refreshing(client_id: str, client_secret: SecretStr, refresh_token: SecretStr) -> Form:
    """The form of RFC 6749, section 6."""
    return lambda: {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret.get_secret_value(),
        "refresh_token": refresh_token.get_secret_value(),
    }


def service_account(file: Path, scope: str) -> tuple[str, Form]:
    """Where a Google service account asks for tokens, and the form of its request.

    RFC 7523, 2.1: https://developers.google.com/identity/protocols/oauth2/service-account.
    Raises SettingsError when the file is no key of one.
    """
    try:
        from google.auth import crypt, jwt
    except ModuleNotFoundError:
        raise SettingsError(
            "a service account needs google-auth, which is not installed",
            remedy="Run: pip install 'cdp-activate[google-ads]'",
        ) from None
    about = _key_file(file)
    try:
        signer = crypt.RSASigner.from_service_account_info(about)  # type: ignore[no-untyped-call]
        email, address = str(about["client_email"]), str(about["token_uri"])
    except (KeyError, ValueError):
        raise _no_key(file) from None

    def form() -> Mapping[str, str]:
        now = int(time.time())
        claims = {
            "iss": email, "scope": scope, "aud": address, "iat": now, "exp": now + _JWT_LIFE,
        }  # fmt: skip
        signed = jwt.encode(signer, claims)  # type: ignore[no-untyped-call]
        return {"grant_type": _JWT_GRANT, "assertion": signed.decode("ascii")}

    return address, form


def _key_file(file: Path) -> Mapping[str, Any]:
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"the service account's key file {file} cannot be read: {error.strerror}",
            remedy="Name the JSON key that Google Cloud gave you, from the project's folder.",
        ) from None
    except ValueError:
        raise _no_key(file) from None
    if not isinstance(about, dict) or about.get("type") != "service_account":
        raise _no_key(file)
    return about


def _no_key(file: Path) -> SettingsError:
    return SettingsError(
        f"{file} is not the JSON key of a service account",
        remedy="Make one in Google Cloud: IAM, Service Accounts, Keys, JSON.",
    )
