"""Secrets of destinations and alert channels come by `env_var()` alone."""

from __future__ import annotations

import re

import pytest

from cdp_activate.destinations import destination_class, destination_types
from cdp_activate.settings import is_secret, plain_secrets
from cdp_activate.sync.channels import CHANNELS
from cdp_activate.text import parse

MODELS = {name: destination_class(name).Settings for name in destination_types()}
MODELS |= {f"alert channel {name}": channel.Settings for name, channel in CHANNELS.items()}
SOUNDS_SECRET = re.compile(r"secret|passw|token|(api|app|track|private)_key|credential")

SECRETS = [
    (about, name)
    for about, model in MODELS.items()
    for name, field in model.model_fields.items()
    if is_secret(field)
]


def problems(model, text):
    (node,) = parse(text, "syncs/destinations.yml", quoted=False)
    return plain_secrets(node, model)


def test_what_sounds_like_a_secret_is_declared_one():
    declared = {(about, name) for about, name in SECRETS}
    sounding = {
        (about, name)
        for about, model in MODELS.items()
        for name in model.model_fields
        if SOUNDS_SECRET.search(name)
    }
    assert len(sounding) >= 15
    assert sounding <= declared


@pytest.mark.parametrize(("about", "name"), SECRETS)
def test_every_secret_is_refused_in_plain_text_and_taken_from_the_environment(about, name):
    model = MODELS[about]
    nested = "dict" in str(model.model_fields[name].annotation)

    def written(value):
        return f"type: x\n{name}:\n  X-Key: {value}\n" if nested else f"type: x\n{name}: {value}\n"

    for plain in ("hunter2", "1234", '""', "\"{{ env_var('KEY', 'hunter2') }}\""):
        (problem,) = problems(model, written(plain))
        assert (problem.path, problem.line) == ("syncs/destinations.yml", 3 if nested else 2)
        assert "hunter2" not in f"{problem}"
        assert "env_var('" in problem.hint
    assert problems(model, written("\"{{ env_var('KEY') }}\"")) == []
    assert problems(model, written("\"Bearer {{ env_var('KEY', '') }}\"")) == []


@pytest.mark.parametrize(
    ("option", "plain"),
    [
        ("secret: hunter2", True),
        ("key: AKIAIOSFODNN7EXAMPLE", False),
        ("password: hunter2", True),
        ("passphrase: hunter2", True),
        ("username: shop", False),
        ("key_filename: keys/id_ed25519", False),
        ("known_hosts: keys/known_hosts", False),
        ("token: ya29.hunter2", True),
        ("token: anon", False),
        ("token: keys/service_account.json", False),
        ("token: {client_email: a@b.example, private_key_id: '7', private_key: hunter2}", True),
        ("client_kwargs: {aws_secret_access_key: hunter2, region_name: eu-west-1}", True),
        ("client_kwargs: {endpoint_url: 'https://shop:hunter2@store.example'}", True),
        ("account_key: hunter2", True),
        ("connection_string: AccountKey=hunter2", True),
        ("sas_token: hunter2", True),
        ("proxies: [{password: hunter2}]", True),
        ("use_ssl: true", False),
    ],
)
def test_options_of_storages_are_secrets_by_their_names(option, plain):
    found = problems(MODELS["file"], f"path: x\noptions:\n  {option}\n")
    assert [one.line for one in found] == ([3] if plain else [])
    assert "hunter2" not in f"{found}"


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("sftp://shop:hunter2@files.example/in", True),
        ("sftp://shop:{{ env_var('P') }}@files.example/in", False),
        ("sftp://{{ env_var('U') }}:hunter2@files.example/in", True),
        ("sftp://shop@files.example/in:a@b", False),
        ("s3://bucket/a:b@c", False),
        ("exports/a:b@c", False),
    ],
)
def test_the_password_of_an_address_is_a_secret(path, plain):
    found = problems(MODELS["file"], f'path: "{path}"\n')
    assert ["user:{{ env_var('PASSWORD') }}@" in one.hint for one in found] == [True] * plain
