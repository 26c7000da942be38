"""Settings that YAML gives: read as pydantic models, secrets by `env_var()` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from cdp_activate.environment import asks_environment, expand_env
from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.spelling import suggest
from cdp_activate.text import Node

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class SecretsAmong:
    """Marks a setting that is no secret as a whole and may hold some: `Annotated[.., this]`.

    `names` finds, in lower case, the keys at any depth whose values are secrets, save values
    that `harmless` matches whole; `in_address` means that the password of an address is one.
    """

    names: str = ""
    harmless: str = ""
    in_address: bool = False


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting is a secret: `SecretStr`, alone or within."""
    return _holds_secret(field.annotation)


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))


def secrets_of(settings: object) -> Iterator[str]:
    """Every secret that settings, or what they are made of, hold in a `SecretStr`."""
    if isinstance(settings, SecretStr):
        yield settings.get_secret_value()
    elif isinstance(settings, BaseModel):
        yield from secrets_of(list(vars(settings).values()))
    elif isinstance(settings, Mapping):
        yield from secrets_of(list(settings.values()))
    elif isinstance(settings, list | tuple):
        for one in settings:
            yield from secrets_of(one)


def plain_secrets(node: Node, model: type[BaseModel], *, of: str = "") -> list[Problem]:
    """A problem for every secret of `model` that the mapping at `node` holds in plain text.

    `of` is what the mapping is called, for the names of variables in remedies.
    """
    given = node.value if isinstance(node.value, dict) else {}
    found: list[Problem] = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in given:
            continue
        if is_secret(field):
            found += [_plain(one, key, of) for one in _leaves(given[key]) if _is_plain(one)]
        for mark in field.metadata:
            if isinstance(mark, SecretsAmong):
                found += _plain_among(given[key], key, mark, of)
    return found


def _plain_among(node: Node, key: str, mark: SecretsAmong, of: str) -> Iterator[Problem]:
    if isinstance(node.value, dict):
        for name, child in node.value.items():
            is_name = mark.names and re.search(mark.names, name.lower())
            if is_name and not isinstance(child.value, dict):
                yield from (
                    _plain(one, name, of)
                    for one in _leaves(child)
                    if _is_plain(one) and not re.fullmatch(mark.harmless, one.text)
                )
            else:
                yield from _plain_among(child, name, mark, of)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _plain_among(child, key, mark, of)
    elif mark.in_address:
        password = _PASSWORD.match(node.text)
        if password and not asks_environment(password[1]):
            yield _plain(node, key, of, in_address=True)


_PASSWORD = re.compile(r"[A-Za-z][\w+.-]*://[^/:@]*:(.+)@")


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict):
        for child in node.value.values():
            yield from _leaves(child)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _leaves(child)
    else:
        yield node


def _is_plain(node: Node) -> bool:
    return node.value is not None and not asks_environment(node.text)


def _plain(node: Node, key: str, of: str, *, in_address: bool = False) -> Problem:
    """The secret `key`; or the password in the address that is there."""
    wanted = "password" if in_address else key
    variable = re.sub(r"\W+", "_", f"{of}_{wanted}").strip("_").upper()
    call = f"{{{{ env_var('{variable}') }}}}"
    written = f"`user:{call}@` in the address" if in_address else f'`{key}: "{call}"`'
    return node.problem(
        f"'{key}': a secret stands in the file",
        f"write {written}, without a default, and set the variable where the command runs: "
        f"export {variable}=...; then make a new secret, for this one was written down",
    )


def validated(node: Node, model: type[M], environ: Mapping[str, str] | None = None) -> M:
    """The mapping at `node` as a pydantic model, `env_var()` filled in.

    Raises SourceErrors with every mistake at its place; no value is ever shown.
    """
    if written := plain_secrets(node, model):
        raise SourceErrors(written)
    try:
        return model.model_validate(expand_env(node, environ))
    except ValidationError as error:
        raise SourceErrors(
            [_model_problem(node, model, mistake) for mistake in error.errors(include_input=False)]
        ) from None


def readable(node: Node, model: type[M], stand_ins: Mapping[str, object]) -> M | None:
    """What is left of the mapping at `node` without the keys that are wrong; None: too little.

    `stand_ins` are taken for keys that must be there and are not, or are wrong. So that the
    names in the rest can be looked up, when `validated` has told the mistakes.
    """
    try:
        given = expand_env(node)
    except SourceErrors:
        return None
    if not isinstance(given, dict):
        return None
    try:
        return model.model_validate(given)
    except ValidationError as error:
        wrong = {str(mistake["loc"][0]) for mistake in error.errors() if mistake["loc"]}
    rest = {key: value for key, value in given.items() if key not in wrong}
    rest = {**stand_ins, **rest}
    try:
        return model.model_validate(rest)
    except ValidationError:
        return None


_NO_SUCH = {
    **dict.fromkeys(("model_type", "dict_type"), ("no mapping", "write `key: value`")),
    **dict.fromkeys(("list_type", "tuple_type"), ("no list", "write it in brackets: [..]")),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), ("no whole number", "")),
    **dict.fromkeys(("float_type", "float_parsing"), ("no number", "")),
    **dict.fromkeys(("bool_type", "bool_parsing"), ("neither true nor false", "")),
    "string_type": ("no text", "put it in quotes"),
}
"""What pydantic finds a value not to be, in our words, and what to do about it."""


def _model_problem(node: Node, model: type[BaseModel], mistake: Mapping[str, Any]) -> Problem:
    path = tuple(mistake["loc"])
    parent, key = node.locate(path[:-1]), str(path[-1]) if path else ""
    kind, wrong = mistake["type"], node.locate(path)
    if path and isinstance(path[-1], int):  # an item of a list is called as the list
        key = next((str(one) for one in reversed(path) if isinstance(one, str)), "")
    if kind == "extra_forbidden":
        here = parent.keys.get(key, parent)
        inner = _model_at(model, path[:-1])
        known = [field.alias or name for name, field in inner.model_fields.items()] if inner else []
        hint = suggest(key, known, what="keys") if known else "remove it"
        return here.problem(f"unknown key '{key}'", hint + _such_as(model, path[:-1]))
    if kind == "missing":
        return parent.problem(f"'{key}' is missing", _how_to_add(_model_at(model, path[:-1]), key))
    if kind == "too_short":
        return wrong.problem(
            f"'{key}' is empty", f"it needs {mistake['ctx']['min_length']} at least"
        )
    if kind in _NO_SUCH:
        words, hint = _NO_SUCH[kind] if wrong.value is not None else ("empty", "")
        hint = _such_as(model, path).removeprefix("; ") or hint
        return wrong.problem(f"'{key}' is {words}" if key else f"this is {words}", hint)
    message = str(mistake["msg"]).removeprefix("Value error, ")
    message = re.sub("^Input should be", "it should be", message)
    message = f"'{key}': {message[:1].lower()}{message[1:]}" if key else message
    if kind != "literal_error":
        return wrong.problem(message)
    meant = suggest(wrong.text, re.findall("'([^']*)'", mistake["ctx"]["expected"]))
    return wrong.problem(message, meant.partition("?")[0] + "?" if "?" in meant else "")


def _how_to_add(model: type[BaseModel] | None, key: str) -> str:
    """The key with its first example, and what it is, as far as the model says."""
    fields = model.model_fields.items() if model else ()
    told = next((field for name, field in fields if key in (name, field.alias)), None)
    if told is None:
        return f"add `{key}: ..`"
    is_secret = told.annotation is SecretStr
    example = "\"{{ env_var('NAME') }}\"" if is_secret else ".."
    if told.examples:
        example = str(told.examples[0])
    what = f" ({told.description.rstrip('.')})" if told.description else ""
    return f"add `{key}: {example}`{what}"


def _such_as(model: type[BaseModel], path: Sequence[Any]) -> str:
    """The forms that the setting at a path may have, where the model shows some."""
    inner = _model_at(model, path[:-1]) if path else None
    field = inner.model_fields.get(str(path[-1])) if inner else None
    if field is None or not field.examples or is_secret(field):
        return ""
    return "; such as " + ", or ".join(f"{path[-1]}: {one}" for one in field.examples)


def _model_at(model: type[BaseModel], path: Sequence[Any]) -> type[BaseModel] | None:
    """The model of the settings at a path within those of another; None: they have none."""
    for name in path:
        field = model.model_fields.get(str(name))
        inner = [*_models_in(field.annotation)] if field else []
        if not inner:
            return None
        model = inner[0]
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is, or is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from _models_in(one)
