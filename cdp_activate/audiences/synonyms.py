"""What people who come from other tools or from SQL say, and our words for it."""

from __future__ import annotations

_MORE = (">", "greater_than", "more_than", "above", "over")
_AT_LEAST = (">=", "at_least", "greater_than_or_equal", "minimum", "min")
_LESS = ("<", "less_than", "below", "under")
_AT_MOST = ("<=", "at_most", "less_than_or_equal", "maximum", "max")

_OURS: dict[str, tuple[str, ...]] = {
    "audience": ("segment", "cohort", "name"),
    "where": ("filter", "filters", "conditions", "criteria", "rules"),
    "exclude": ("suppress", "suppression", "except"),
    "holdout": ("control", "control_group"),
    "within": ("in_last", "in_the_last", "window"),
    "all": ("and",),
    "any": ("or",),
    "not": ("none",),
    "top": ("limit",),
    "since": ("after", "from", "between"),
    "until": ("before", "to"),
    "eq": ("=", "==", "equals", "equal_to", "equal"),
    "ne": ("!=", "<>", "not_equals", "neq", "not", "is_not"),
    "gt": _MORE,
    "gte": _AT_LEAST,
    "lt": _LESS,
    "lte": _AT_MOST,
    "in": ("one_of", "any_of", "is_one_of"),
    "not_in": ("none_of", "is_not_one_of"),
    "contains": ("includes", "has", "eq"),
    "matches": ("regex", "regexp", "like", "pattern"),
    "is_null": ("null", "is_not_set", "not_exists"),
    "count": ("times", "frequency", "occurrences"),
    "anniversary": ("birthday",),
    "case": ("case_sensitive", "ignore_case"),
    "rank": ("limit", "order_by", "sort"),
    "top_percent": ("top",),
    "size": ("min", "max"),
    "last": ("within", "in_last", "in_the_last"),
    "after": ("since", "from", "gt", "gte", *_MORE, *_AT_LEAST),
    "before": ("until", "to", "lt", "lte", *_LESS, *_AT_MOST),
}


IS_KNOWN = ("exists", "is_set", "not_null", "is_not_null", "known", "is_known")
"""Said of a value that is there: the opposite of `is_null: true`."""


def meant_by(word: str) -> list[str]:
    """Our words for another's, the likelier first: which of them has a place depends on where."""
    return [ours for ours, others in _OURS.items() if word.lower() in others]
