"""The catalog: what a dbt project offers to audiences and syncs.

Read from dbt's `target/manifest.json`: a model whose `config.meta.cdp` says so is an
entity, an event source, a relation, the consents, the stages (AUDIENCES.md, section 5).
dbt itself is never imported.
"""

from cdp_activate.catalog.load import load_catalog, read_manifest
from cdp_activate.catalog.manifest import PACKAGE
from cdp_activate.catalog.model import Catalog, Column, Entity, Model, Reference, Rows
from cdp_activate.catalog.types import Type, column_type
from cdp_activate.catalog.variables import check_inputs, check_variables

__all__ = [
    "PACKAGE",
    "Catalog",
    "Column",
    "Entity",
    "Model",
    "Reference",
    "Rows",
    "Type",
    "check_inputs",
    "check_variables",
    "column_type",
    "load_catalog",
    "read_manifest",
]
