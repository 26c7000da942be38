"""Reads a mistake in the project where it is one, and notes which places of the code report."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import neighbours
import pytest

import cdp_activate.audiences
from cdp_activate.audiences.audience_tests import run_test
from cdp_activate.audiences.dialects import DIALECTS
from cdp_activate.audiences.read import read_audiences
from cdp_activate.catalog import Catalog, read_manifest
from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.text import Node, parse

FOLDER = Path(cdp_activate.audiences.__file__).parent
HEAD = "audience: cart\n"


@cache
def known(project: str) -> Catalog:
    """`shop` has all there is; `bare` lacks what a model may leave out; `devices` has no people;
    `postgres` and `spark` are the shop in another warehouse.
    """
    if project in DIALECTS:
        return neighbours.catalog(project)
    manifest = neighbours.manifest()
    if project == "shop":
        return read_manifest(manifest)
    nodes = manifest["nodes"]
    if project == "devices":
        manifest["nodes"] = {
            name: node for name, node in nodes.items() if name.endswith((".devices", ".vip_ids"))
        }
        other = dict(nodes["model.shop.devices"], name="phones", config={"meta": {"cdp": {
            "entity": "phone", "key": "device_id"}}})  # fmt: skip
        manifest["nodes"]["model.shop.phones"] = other
        return read_manifest(manifest)
    del nodes["model.shop.audience_members"], nodes["model.shop.customer_versions"]
    for table in ("accounts", "customers", "contacts", "logins"):
        _columns(nodes, table)["account_id"]["data_type"] = "date"
    _columns(nodes, "stages")["stage"]["config"] = {}
    _columns(nodes, "web_events")["due"]["data_type"] = "json"
    _columns(nodes, "stages")["valid_from"]["data_type"] = "date"
    _columns(nodes, "customers")["nickname"]["data_type"] = "hyperlog"
    _columns(nodes, "vip_ids").clear()
    _columns(nodes, "vip_ids").update(one={"name": "one"}, two={"name": "two"})
    relation = nodes["model.shop.tickets"]["config"]["meta"]["cdp"]
    nodes["model.shop.tickets"]["config"] = {
        "meta": {"cdp": {key: one for key, one in relation.items() if key not in ("at", "id")}}
    }
    stages = nodes["model.shop.stages"]["config"]["meta"]["cdp"]
    tracks = {"lifecycle": ["new", "active", "lost"], "support": ["waiting"]}
    nodes["model.shop.stages"]["config"] = {"meta": {"cdp": {**stages, "tracks": tracks}}}
    return read_manifest(manifest)


def _columns(nodes: dict[str, Any], table: str) -> dict[str, Any]:
    found: dict[str, Any] = nodes[f"model.shop.{table}"]["columns"]
    return found


def problems(text: str, project: str = "shop") -> tuple[Problem, ...]:
    """The mistakes of a YAML text, and of the rows that its tests give."""
    with pytest.raises(SourceErrors) as caught:
        audiences = read_audiences(parse(text, "cart.yml"), known(project))
        for audience in audiences.values():
            for test in audience.tests:
                run_test(test, test.given, audience, audiences, known(project))
    return caught.value.problems


Places = set[tuple[str, int]]


def reporting(patch: pytest.MonkeyPatch) -> Places:
    """A set that gets the file and line of every frame that leads to a report."""
    seen: Places = set()
    report = Node.problem

    def noted(self: Node, message: str, hint: str = "", *, code: str = "") -> Problem:
        frame: FrameType | None = sys._getframe(1)
        while frame and frame.f_code.co_name != "problems":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        return report(self, message, hint, code=code)

    patch.setattr(Node, "problem", noted)
    return seen
