"""Google Cloud Storage's JSON interface on this machine, as far as a folder of files needs it.

https://cloud.google.com/storage/docs/json_api: buckets, objects, multipart and resumable
uploads, rewrites, moves, listings and batches. Whoever has not the token is not let in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cdp_activate.http import Request, Response
from cdp_activate.local_server import LocalServer

TOKEN = "ya29.gcs-test"
_OBJECT = re.compile(
    r"(?:/download)?/storage/v1/b/([^/]+)/o/([^/]+)(?:/(\w+)/(?:b/([^/]+)/)?o/([^/]+))?"
)


class GoogleCloudStorage:
    """Buckets of objects. `status`: what every call is answered with from now on."""

    def __init__(self) -> None:
        self.buckets: dict[str, dict[str, bytes]] = {}
        self.uploads: dict[str, tuple[str, str]] = {}
        self.status = 0
        self.knows_the_account = True
        self.lock = threading.Lock()

    def serve(self) -> LocalServer:
        return LocalServer(self.answer)

    def answer(self, request: Request) -> Response:
        with self.lock:
            if self.status:
                return _error(self.status)
            if request.url.endswith("/token"):
                if not self.knows_the_account:
                    body = b'{"error": "invalid_grant"}'
                    return Response(400, {"content-type": "application/json"}, body)
                return _said({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return _error(401)
            return self._routed(request)

    def _routed(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        steps = parts.path.strip("/").split("/")
        if steps[0] == "batch":
            return self._batch(request)
        if steps[0] == "upload":
            return self._upload(request, unquote(steps[4]), query)
        found = _OBJECT.fullmatch(parts.path)
        if found:
            return self._object(
                request.method, [one and unquote(one) for one in found.groups()], query
            )
        if steps[2:] == ["b"] and request.method == "POST":
            name = json.loads(request.body)["name"]
            self.buckets.setdefault(name, {})
            return _said({"name": name})
        bucket = unquote(steps[3])
        if bucket not in self.buckets:
            return _error(404)
        if steps[4:] == ["o"]:
            return self._listed(bucket, query)
        return _said({"kind": "storage#bucket", "name": bucket, "id": bucket})

    def _object(self, method: str, named: list[str | None], query: dict[str, str]) -> Response:
        bucket, name, verb, to_bucket, to_name = named
        objects = self.buckets.get(str(bucket), {})
        data = objects.get(str(name))
        if data is None:
            return _error(404)
        if verb in ("rewriteTo", "moveTo", "copyTo"):
            target = str(to_bucket or bucket)
            self.buckets[target][str(to_name)] = data
            if verb == "moveTo":
                del objects[str(name)]
            about = _about(target, str(to_name), data)
            return _said(about if verb != "rewriteTo" else {"done": True, "resource": about})
        if method == "DELETE":
            del objects[str(name)]
            return Response(204)
        if query.get("alt") == "media":
            return Response(200, {"content-type": "application/octet-stream"}, data)
        return _said(_about(str(bucket), str(name), data))

    def _listed(self, bucket: str, query: dict[str, str]) -> Response:
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        items, folders = [], set()
        for name, data in sorted(self.buckets[bucket].items()):
            if not name.startswith(prefix):
                continue
            rest = name[len(prefix) :]
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
            else:
                items.append(_about(bucket, name, data))
        return _said({"kind": "storage#objects", "items": items, "prefixes": sorted(folders)})

    def _upload(self, request: Request, bucket: str, query: dict[str, str]) -> Response:
        if bucket not in self.buckets:
            return _error(404)
        if query.get("uploadType") == "multipart":
            kind = request.headers["content-type"]
            head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode()
            about, content = message_from_bytes(head + request.body).get_payload()
            name = json.loads(about.get_payload(decode=True))["name"]
            return self._stored(bucket, name, content.get_payload(decode=True))
        if "upload_id" not in query:
            upload = str(len(self.uploads) + 1)
            self.uploads[upload] = bucket, query.get("name") or json.loads(request.body)["name"]
            place = request.url.partition("?")[0] + f"?uploadType=resumable&upload_id={upload}"
            return Response(
                200,
                {
                    "Location": f"http://{request.headers['host']}{urlsplit(place).path}?uploadType=resumable&upload_id={upload}"
                },
            )
        return self._stored(*self.uploads[query["upload_id"]], request.body)

    def _stored(self, bucket: str, name: str, data: bytes) -> Response:
        self.buckets[bucket][name] = data
        return _said(_about(bucket, name, data))

    def _batch(self, request: Request) -> Response:
        boundary = re.search(r'boundary="?([^";]+)', request.headers["content-type"])
        assert boundary
        answers = []
        for place, part in enumerate(re.findall(rb"(DELETE) (\S+) HTTP", request.body)):
            done = self._routed(Request(part[0].decode(), f"http://here{part[1].decode()}"))
            answers.append(
                f"--b\r\nContent-ID: <response-{place + 1}>\r\n\r\nHTTP/1.1 {done.status} -\r\n\r\n"
            )
        body = "".join([*answers, "--b--"]).encode()
        return Response(200, {"content-type": "multipart/mixed; boundary=b"}, body)


def _about(bucket: str, name: str, data: bytes) -> dict[str, Any]:
    digest = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    return {
        "kind": "storage#object", "bucket": bucket, "name": name, "size": str(len(data)),
        "md5Hash": digest, "generation": "1", "updated": "2026-11-28T00:00:00Z",
        "timeCreated": "2026-11-28T00:00:00Z", "contentType": "application/octet-stream",
    }  # fmt: skip


def _said(body: Any) -> Response:
    return Response(200, {"content-type": "application/json"}, json.dumps(body).encode())


def _error(status: int) -> Response:
    body = {"error": {"code": status, "message": {401: "Invalid Credentials"}.get(status, "no")}}
    return Response(status, {"content-type": "application/json"}, json.dumps(body).encode())
