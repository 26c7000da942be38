"""JSON Schemas of the YAML files, for editors: they complete names and mark mistakes in place.

A schema is laxer than the reader of its files, never stricter: what is read without a problem
is valid. JSON Schema draft 7, which editors know best (https://json-schema.org/draft-07).
"""

from cdp_activate.editor.audiences import audience_schema
from cdp_activate.editor.settings import destination_schema, sync_schema

__all__ = ["audience_schema", "destination_schema", "sync_schema"]
