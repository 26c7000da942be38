"""The pages that are written from the classes are what the classes say now."""

from __future__ import annotations

import pytest
from write_pages import DOCS, PROOFS_PAGE, pages

from cdp_activate.destination_facts import facts
from cdp_activate.destinations import destination_types

WRITTEN = pages()


@pytest.mark.parametrize("place", WRITTEN, ids=lambda place: place.name)
def test_the_page_is_current(place):
    said = "run `make docs`: the page is not what the code says now"
    assert place.exists(), said
    assert place.read_text(encoding="utf-8") == WRITTEN[place], said


def test_no_page_is_left_behind():
    assert set((DOCS / "destinations").glob("*.md")) <= {*WRITTEN, PROOFS_PAGE}


@pytest.mark.parametrize("type_name", destination_types())
def test_every_setting_says_what_it_means(type_name):
    about = facts(type_name)
    assert [] == [one["name"] for one in about["settings"] if not one["meaning"]]
    assert about["leaving"]


@pytest.mark.parametrize("type_name", destination_types())
def test_every_identifier_has_a_rule_with_a_source(type_name):
    assert [] == [one["name"] for one in facts(type_name)["identifiers"] if not one["source"]]
