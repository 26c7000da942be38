"""Checks requests and answers against the platforms' own API descriptions, in process.

The descriptions are read in place from $CDP_SHARED/specs and are no part of the project.
Where they are absent nothing is checked, and `needs_specs` skips what is about them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from shared_folder import SHARED

from cdp_activate.http import Request, Response, Transport

FOLDER = SHARED / "specs"
needs_specs = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the platforms' descriptions are not here: set CDP_SHARED"
)


@cache
def description(file: str) -> tuple[Any, Any]:
    """One API description and the finder of its operations.

    Read once a session, and not itself validated: it is the vendor's.
    """
    from jsonschema_path import SchemaPath
    from openapi_core import Config, OpenAPI
    from openapi_core.templating.paths.finders import APICallPathFinder

    spec = SchemaPath.from_dict(_read(FOLDER / file))
    config = Config(
        spec_validator_cls=None,
        extra_media_type_deserializers={"application/problem+json": _json},
    )
    return OpenAPI(spec, config=config), APICallPathFinder(spec)


def _json(body: bytes, **parameters: str) -> Any:
    """Problem details are JSON (RFC 9457); openapi-core knows them not."""
    del parameters
    return json.loads(body)


def _read(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    spec = yaml.load(text, yaml.CSafeLoader)
    # TikTok's descriptions are those of its SDK: without the root of the address, and with the
    # token in the query, where its gateway does not read it.
    spec["servers"] = [{"url": "https://business-api.tiktok.com/open_api/v1.3"}]
    for operations in spec["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "Access-Token":
                    parameter["in"] = "header"
    return spec


class Checked(Transport):
    """Sends what its platform's description allows, and lets only such answers back.

    `operations` is what was checked so far; `undescribed` says which calls the description
    leaves out, and why; `ambiguous` names those whose answers it describes in two ways that
    both fit, so that none does, and `beside` parameters that it leaves out. Any other call that
    it does not know fails the test.
    """

    def __init__(
        self,
        inner: Transport,
        *files: str,
        undescribed: dict[str, str],
        ambiguous: Collection[str] = (),
        beside: Collection[str] = (),
    ) -> None:
        self.inner = inner
        self.files = files if FOLDER.is_dir() else ()
        self.undescribed = undescribed
        self.ambiguous = ambiguous
        self.beside = frozenset(beside)
        self.operations: set[str] = set()

    def send(self, request: Request) -> Response:
        response = self.inner.send(request)
        if not self.files:
            return response
        for file in self.files:
            operation = _operation(file, request, self.beside)
            if operation is not None:
                self.operations.add(operation)
                _validate(file, request, None if operation in self.ambiguous else response)
                return response
        call = f"{request.method} {urlsplit(request.url).path}"
        assert any(_fits(call, name) for name in self.undescribed), f"{call}: no such call"
        return response


@dataclass(frozen=True)
class Operation:
    """A described call: its name, and the root that the description's servers are at."""

    name: str
    root: str

    def path(self, request: Request) -> str:
        """Path and query of a request below that root, as a mock server has it."""
        parts = urlsplit(request.url)
        below = parts.path.removeprefix(self.root.rstrip("/"))
        return f"{below}?{parts.query}" if parts.query else below


def operation_of(file: str, request: Request, beside: Collection[str]) -> Operation | None:
    """What a description calls a request; None where it does not know it."""
    name = _operation(file, request, frozenset(beside))
    if name is None:
        return None
    parts = urlsplit(request.url)
    pattern = name.partition(" ")[2]
    below = pattern.count("/")
    steps = parts.path.split("/")
    return Operation(name, "/".join(steps[: len(steps) - below]))


def served_form(file: str, folder: Path) -> Path:
    """The description as it is read here, in a file of one server without a root."""
    spec = _read(FOLDER / file)
    spec["servers"] = [{"url": "http://127.0.0.1"}]
    place = folder / f"{Path(file).stem}.json"
    place.write_text(json.dumps(spec, default=str), encoding="utf-8")
    return place


def _operation(file: str, request: Request, beside: frozenset[str]) -> str | None:
    from openapi_core.templating.paths.exceptions import PathError

    parts = urlsplit(request.url)
    try:
        found = description(file)[1].find(
            request.method.lower(), f"{parts.scheme}://{parts.netloc}{parts.path}"
        )
    except PathError:
        return None
    known = {parameter["name"] for parameter in _parameters(found)}
    unknown = {name.removesuffix("[]") for name, _ in parse_qsl(parts.query)} - known - beside
    assert not unknown, f"{found.path_result.pattern} takes no {', '.join(sorted(unknown))}"
    return f"{request.method} {found.path_result.pattern}"


def _parameters(found: Any) -> list[Any]:
    return [
        parameter.read_value()
        for level in (found.operation, found.path)
        if "parameters" in level
        for parameter in level / "parameters"
    ]


def _validate(file: str, request: Request, response: Response | None) -> None:
    from openapi_core.exceptions import OpenAPIError

    api, _ = description(file)
    sent = _Sent(request)
    try:
        api.validate_request(sent)
        if response is not None:
            api.validate_response(sent, _Answered(response))
    except OpenAPIError as error:
        raise AssertionError(f"{sent.method} {sent.path}: {_causes(error)}") from None


def _fits(call: str, name: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", name), call) is not None


def _causes(error: BaseException) -> str:
    """What the validator found, with its place in the body; no whole bodies."""
    inner = error
    while inner.__cause__ is not None and not getattr(inner, "schema_errors", None):
        inner = inner.__cause__
    found = [
        f"{'.'.join(str(step) for step in one.absolute_path)}: {one.message[:300]}"
        for one in getattr(inner, "schema_errors", None) or ()
    ]
    return "; ".join(found) or f"{error} {inner}"[:500]


class _Sent:
    """A request in the form that openapi-core reads."""

    def __init__(self, request: Request) -> None:
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        parts = urlsplit(request.url)
        self.host_url = f"{parts.scheme}://{parts.netloc}"
        self.path = parts.path
        self.method = request.method.lower()
        self.content_type = request.headers.get("content-type", "")
        self.body = request.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True)),
            header=Headers(list(request.headers.items())),
        )


class _Answered:
    """A response in the form that openapi-core reads."""

    def __init__(self, response: Response) -> None:
        from werkzeug.datastructures import Headers

        self.status_code = response.status
        self.headers = Headers(list(response.headers.items()))
        self.content_type = response.headers.get("content-type", "")
        self.data = response.body or None
