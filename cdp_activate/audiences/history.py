"""The dbt models that keep the history of memberships: `audience_members`, `audience_runs`.

They list every audience of the project; the macros of the same names do the work.
"""

from __future__ import annotations

from collections.abc import Iterable

from cdp_activate.audiences.facts import audience_model
from cdp_activate.audiences.model import Audience

MEMBERS = "audience_members"
RUNS = "audience_runs"
MEMBERSHIPS = {
    "memberships": True,
    "audience": "audience",
    "key": "entity_key",
    "entered_at": "entered_at",
    "exited_at": "exited_at",
}


def bodies(audiences: Iterable[Audience]) -> dict[str, str]:
    """The body of each of the two models, by name."""
    listed = "[\n" + "".join(map(_listed, audiences)) + "]"
    members = f"{{{{ cdp_activate.audience_members({listed}) }}}}"
    runs = f"{{{{ cdp_activate.audience_runs({listed}, ref('{MEMBERS}')) }}}}"
    return {MEMBERS: members, RUNS: runs}


def _listed(audience: Audience) -> str:
    kind = audience.entity.model.columns[audience.entity.key].type.kind
    model = f"ref('{audience_model(audience.name)}')"
    entry = f"'model': {model}, 'key': '{audience.entity.key}', 'kind': '{kind}'"
    return f"    {{'audience': '{audience.name}', {entry}}},\n"


def schemas() -> dict[str, dict[str, object]]:
    """What the yml of each of the two models says, by name."""
    return {
        MEMBERS: _schema(
            MEMBERS,
            "Who was in which audience, since when and until when: one row a stay. A stay "
            "begins and ends at the as_of of a build. `--full-refresh` leaves it as it is: "
            "what it knows of the past cannot be computed again.",
            ["audience", "entity_key", "entered_at"],
            {
                "audience": ("string", "The audience's name."),
                "entity_key": ("string", "The key of the member, as text."),
                "variant": (
                    "string",
                    "The variant in which the member was last seen, `holdout` for those who are "
                    "never sent, else null.",
                ),
                "entered_at": ("timestamp", "The first build that saw the member (UTC)."),
                "exited_at": (
                    "timestamp",
                    "The first build after it that did not (UTC); null for those still in.",
                ),
            },
            {
                "post_hook": "delete from {{ this }} where exited_at = entered_at",
                "meta": {"cdp": MEMBERSHIPS},
            },
        ),
        RUNS: _schema(
            RUNS,
            "When which audience was built, and how many were in it then.",
            ["audience", "as_of"],
            {
                "audience": ("string", "The audience's name."),
                "as_of": ("timestamp", "The instant at which it was judged (UTC)."),
                "member_count": ("bigint", "Members, holdout included."),
                "holdout_count": ("bigint", "Members with the variant `holdout`."),
                "entered_count": ("bigint", "Members who entered at this instant."),
                "exited_count": ("bigint", "Members who exited at this instant."),
            },
            {},
        ),
    }


def _schema(
    name: str,
    description: str,
    key: list[str],
    columns: dict[str, tuple[str, str]],
    config: dict[str, object],
) -> dict[str, object]:
    return {
        "name": name,
        "description": description,
        "config": {
            "materialized": "incremental",
            "unique_key": key,
            "on_schema_change": "append_new_columns",
            "full_refresh": False,
            "tags": ["audience"],
            "contract": {"enforced": True},
            **config,
        },
        "columns": [
            {
                "name": column,
                "data_type": kind,
                "description": text,
                **({"data_tests": ["not_null"]} if column in key else {}),
            }
            for column, (kind, text) in columns.items()
        ],
    }
