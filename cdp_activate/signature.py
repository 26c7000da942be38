"""Signs messages as Standard Webhooks 1.0.0 has it (symmetric, `v1`).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
import uuid
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, SecretStr


def secret_bytes(secret: str) -> bytes:
    """The signing key: what follows `whsec_` as base64, else the text itself.

    Raises `ValueError`, without the secret in it, when it cannot sign.
    """
    if not secret.strip():
        raise ValueError("the secret is empty")
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError("what follows whsec_ is not base64") from None
    if not key:
        raise ValueError("the secret is empty")
    return key


def sign(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """The value of `webhook-signature` for one message."""
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")


def signed(secret: SecretStr | None, message_id: str, body: bytes) -> dict[str, str]:
    """The headers of a message that is sent now; without a secret it bears no signature."""
    timestamp = str(int(time.time()))
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp}
    if secret is not None:
        key = secret_bytes(secret.get_secret_value())
        headers["webhook-signature"] = sign(key, message_id, timestamp, body)
    return headers


def new_message_id() -> str:
    """A `webhook-id` that no other message has."""
    return f"msg_{uuid.uuid4().hex}"


def _can_sign(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None:
        secret_bytes(secret.get_secret_value())
    return secret


SigningSecret: TypeAlias = Annotated[SecretStr | None, AfterValidator(_can_sign)]
"""The setting with the secret that messages are signed with; None: they are not."""
