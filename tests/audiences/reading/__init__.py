"""A plain reading of the audience language, written from its page: slow and obvious.

Nothing here knows the compiler. The YAML is parsed by `plain_yaml`, the catalog is what a
`World` declares, rows are dicts, and a condition is judged one person at a time.
`Reading(world).members(text, name)` gives each member and its variant.

    plain_yaml   YAML 1.2 as plain Python values
    times        instants, days, zones, windows
    kinds        columns: what their cells mean and how their values compare
    operators    one value against one test
    catalog      which rows are events, relations, stages ...
    rows         the rows of a condition: existence, windows, `where`, order
    measures     count, sum ... active, first, rate; compare
    sequences    did, did_not
    related      match, having, pick
    people       conditions about the person itself
    state        consent, stages, memberships, experiments, journeys, history
    expressions  `sql:`
    audience     where, rank, exclude, holdout, variants
"""

from reading.audience import Reading

__all__ = ["Reading"]
