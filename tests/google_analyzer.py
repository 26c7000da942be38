"""Reads queries by GoogleSQL, BigQuery's own analyzer; see `make test-bigquery`.

    python google_analyzer.py QUESTIONS.json [NAME ...]

runs in an environment of its own. The file has `tables`, dotted name -> column -> type, and
`queries`, name -> `sql` and `columns`, column -> type of what its contract promises, or null. With
NAMEs these alone are read. What is refused is printed, and the exit code then 1. Nothing runs.

Queries are read as they are, nothing in them is rewritten. What BigQuery has and GoogleSQL leaves
to who builds on it is told to the catalog: more names of types, `min_by` and `max_by`. Types with
digits in brackets are not among the features, since BigQuery refuses casts to them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from google.protobuf.internal import decoder
from google.protobuf.message import DecodeError
from zetasql import types as google
from zetasql.api import Analyzer, CatalogBuilder, TableBuilder, TypeFactory
from zetasql.core.exceptions import ServerError

DEEP = {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}
"""Answers are trees of any depth, which the decoder in C reads to a hundred only. The one in
Python, which is slow, reads more: it is chosen before the process begins."""
decoder.SetRecursionLimit(5_000)
sys.setrecursionlimit(100_000)

TYPES = {
    "bigint": "int64", "integer": "int64", "smallint": "int64", "int": "int64",
    "decimal": "numeric", "hugeint": "bignumeric",
    "float": "double", "float64": "double", "boolean": "bool",
    "varchar": "string", "text": "string", "uuid": "string",
    "timestamp with time zone": "timestamp", "timestamp_ns": "timestamp",
}  # fmt: skip
"""What GoogleSQL calls the types of tables that DuckDB and dbt's contracts call otherwise."""
NAMED = ("bigint", "integer", "smallint", "int", "decimal")
"""Names that BigQuery takes too."""

Columns = dict[str, str]


def main(questions: str, *names: str) -> None:
    asked = json.loads(Path(questions).read_text(encoding="utf-8"))
    analyzer = _analyzer(asked["tables"])
    refused, deep = False, []
    for name in names or asked["queries"]:
        query = asked["queries"][name]
        try:
            why = _refused(analyzer, query["sql"], query["columns"])
        except DecodeError:
            if names:
                raise
            deep.append(name)
            continue
        if why:
            refused = True
            print(f"{name}: {why}")
    if deep:
        again = [sys.executable, "-P", __file__, questions, *deep]
        refused |= subprocess.run(again, env={**os.environ, **DEEP}).returncode != 0
    sys.exit(refused)


def _refused(analyzer: Analyzer, sql: str, promised: Columns | None) -> str | None:
    """Why BigQuery would refuse the query, or what it gives that was not promised."""
    try:
        given = _columns(analyzer, sql)
        if promised is None:
            return None
        wanted = {name: _promise(analyzer, kind) for name, kind in promised.items()}
    except ServerError as error:
        return str(error)
    differing = [
        f"{name} is {given.get(name, 'not there')}, not {wanted.get(name, 'in the contract')}"
        for name in sorted(given.keys() | wanted.keys())
        if given.get(name) != wanted.get(name)
    ]
    return "; ".join(differing) or None


def _columns(analyzer: Analyzer, sql: str) -> Columns:
    found = analyzer.analyze_statement(sql).output_column_list
    return {one.name: google.TypeKind(one.column.type.type_kind).name for one in found}


@cache
def _promise(analyzer: Analyzer, kind: str) -> str:
    """The type of a contract, as dbt asks for it."""
    return _columns(analyzer, f"select cast(null as {kind}) as promised")["promised"]


def _analyzer(tables: dict[str, Columns]) -> Analyzer:
    language = google.LanguageOptions.maximum_features()
    language.product_mode = google.ProductMode.PRODUCT_EXTERNAL
    language.reserved_keywords = ["QUALIFY"]
    language.enabled_language_features.remove(google.LanguageFeature.FEATURE_PARAMETERIZED_TYPES)
    functions = google.ZetaSQLBuiltinFunctionOptions(language_options=language)
    catalog = CatalogBuilder("all").with_builtin_functions(functions).build()
    catalog.custom_function += [_value_at("min_by"), _value_at("max_by")]
    catalog.named_type += [
        google.SimpleCatalog.NamedType(name=name, type=_type(name)) for name in NAMED
    ]
    for path, columns in tables.items():
        *parents, name = path.split(".")
        table = TableBuilder(name)
        for column, kind in columns.items():
            table = table.add_column(column, _type(kind))
        _inside(catalog, parents).table.append(table.build())
    return Analyzer(google.AnalyzerOptions(language_options=language), catalog)


def _inside(catalog: google.SimpleCatalog, parents: list[str]) -> google.SimpleCatalog:
    """The catalog of that path, made where it is not there."""
    for name in parents:
        if name not in (known := {one.name: one for one in catalog.catalog}):
            known[name] = CatalogBuilder(name).build()
            catalog.catalog.append(known[name])
        catalog = known[name]
    return catalog


def _value_at(name: str) -> google.Function:
    """An aggregate of a value of any type and of what it is sought by, giving the value."""
    kinds = google.SignatureArgumentKind
    value, by = (
        google.FunctionArgumentType(kind=kind, options=google.FunctionArgumentTypeOptions())
        for kind in (kinds.ARG_TYPE_ANY_1, kinds.ARG_TYPE_ANY_2)
    )
    signature = google.FunctionSignature(argument=[value, by], return_type=value)
    mode = google.FunctionEnums.Mode.AGGREGATE
    return google.Function(name_path=[name], group="", mode=mode, signature=[signature])


def _type(name: str) -> google.Type:
    bare = re.sub(r"\(.*\)", "", name.lower())
    if bare.endswith("[]"):
        return TypeFactory.create_array_type(_type(bare.removesuffix("[]")))
    return TypeFactory.create_simple_type(google.TypeKind[f"TYPE_{TYPES.get(bare, bare).upper()}"])


if __name__ == "__main__":
    main(*sys.argv[1:])
