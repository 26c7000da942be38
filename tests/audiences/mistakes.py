"""The mistakes that tests make: what is written, its place, what is said, and the remedy.

docs/mistakes.md is written from them: python tests/audiences/write_mistakes.py
"""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """`message` and `hint` are parts of what is said; `project` is one of `mistake_worlds`.

    `settles` are the questions of section 7 of the page that make it one.
    """

    written: str
    place: str
    message: str
    hint: str
    project: str = "shop"
    settles: str = ""

    @property
    def text(self) -> str:
        """The whole file: a head before what is written, unless this is about the head."""
        return self.written + "\n" if self in MISTAKES[FILES] else HEAD + self.written + "\n"


HEAD = "audience: cart\n"
FILES = "Files and names"

MISTAKES: dict[str, list[Mistake]] = {
    FILES: [
        Mistake(
            "audience: a\n<<<<<<< HEAD\nlabel: x\n=======\nlabel: y\n>>>>>>> main",
            "2:1",
            "a merge conflict that is not resolved",
            "keep one of the two versions",
        ),
        Mistake(
            "audience: a\nwhere:\n\t- stage: new", "3:1", "not valid YAML", "indent with spaces"
        ),
        Mistake(
            "audience: a\nlabel: Sale: now", "2:12", "not valid YAML", "colon in it goes in quotes"
        ),
        Mistake(
            "audience: a\nowner: @growth", "2:8", "not valid YAML", "begins with @ goes in quotes"
        ),
        Mistake(
            "audience: a\nlabel: *VIP*", "2:12", "not valid YAML", "begins with * goes in quotes"
        ),
        Mistake(
            "audience: a\nlabel: [VIP] people", "2:14", "not valid YAML", "put all of it in quotes"
        ),
        Mistake(
            "audience: a\nlabel: > 3 orders",
            "2:10",
            "not valid YAML",
            "begins with > goes in quotes",
        ),
        Mistake(
            "audience: a\nwhere\n  - stage: new", "3:10", "not valid YAML", "a line has no colon"
        ),
        Mistake(
            "audience: a\nwhere:\n  - stage: new\n   track: support",
            "4:4",
            "not valid YAML",
            "align this line with the keys of the item above",
        ),
        Mistake(
            "audience: a\nwhere:\n  - event: viewed\n      within: 1 day",
            "4:13",
            "not valid YAML",
            "further to the right than it may be",
        ),
        Mistake(
            "audience: a\nwhere:\n  any:\n    - stage: new\n  - stage: lost",
            "5:3",
            "not valid YAML",
            "beside lines of another kind",
        ),
        Mistake(
            "audience: a\nwhere: [{event: viewed, event: clicked}]",
            "2:25",
            "duplicate key 'event'",
            "or begin another item with `- `",
        ),
        Mistake(
            "audience: " + "a" * 55,
            "1:11",
            "on PostgreSQL the name of an audience has at most 54 letters",
            "its table is audience_.., and PostgreSQL cuts names off at 63",
            "postgres",
        ),
        Mistake("- a", "1:1", "an audience is a mapping", "begin with `audience: name`"),
        Mistake("label: x", "1:1", "an audience has no name", "add `audience: name` on top"),
        Mistake(
            "audience: Cart",
            "1:11",
            "'Cart' cannot be the name of an audience",
            "small letters, digits and _, a letter first, at most 63:",
        ),
        Mistake(
            "audience: a b",
            "1:11",
            "'a b' cannot be the name of an audience",
            "small letters, digits and _, a letter first, at most 63:",
        ),
        Mistake(
            "audience: members",
            "1:11",
            "an audience cannot be called 'members'",
            "audience_members is the model of the history: take another",
        ),
        Mistake(
            "audience: a\n---\naudience: a",
            "3:11",
            "two audiences are named 'a'",
            "the other is in cart.yml, line 1: rename one",
        ),
        Mistake(
            "audience: a\nwhere: {audience: b}\n---\naudience: b\nwhere: {audience: a}",
            "2:19",
            "these audiences name each other: a -> b -> a",
            "break the circle: leave one",
        ),
        Mistake(
            "audience: a\nwhere: {audience: b}\n---\naudience: b\nentity: account",
            "2:19",
            "audience 'b' is of account, this one of customer",
            "name an audience of the same entity",
        ),
        Mistake(
            "audience: a\nlabel: x\nlabel: y",
            "3:1",
            "duplicate key 'label'",
            "it is already set on line 2: keep one",
            settles="7.8",
        ),
        Mistake(
            "audience: a\nwhere: [",
            "3:1",
            "this is not valid YAML: did not find expected node content",
            "check the indentation (spaces, no tabs), the colons and the",
        ),
        Mistake(
            "audience: a\nlabel: *gone",
            "2:8",
            "nothing to repeat: '*gone'",
            "an alias (*name) repeats an anchor (&name) that is complete",
        ),
        Mistake(
            "audience: a\nlabel: &Friends of us",
            "2:8",
            "'&Friends' is no part of the text",
            "begins with & goes in quotes",
        ),
        Mistake(
            "audience: a\nlabel: '#1 fans'\ndescription: Deal #1",
            "3:14",
            "'#1' is a comment to YAML",
            "put the text in quotes",
        ),
        Mistake("audience: a\nlabel: #fans", "2:7", "'#fans' is a comment to YAML", "in quotes"),
        Mistake(
            "audience: a\nlabel: {{ var('label') }}",
            "2:9",
            "a key must be a word",
            "an audience has no variables",
        ),
        Mistake(
            "audience: a\nlabel: {{ env_var('A', 'b') }}",
            "2:27",
            "not valid YAML",
            "an audience has no variables",
        ),
        Mistake(
            "audience: a\nlabel: - VIPs", "2:8", "not valid YAML", "begins with - goes in quotes"
        ),
        Mistake(
            "audience: a\nlabel: ? VIPs", "2:8", "not valid YAML", "begins with ? goes in quotes"
        ),
        Mistake(
            "audience: a\ntags: [a,, b]", "2:10", "not valid YAML", "nothing before this comma"
        ),
        Mistake(
            "audience: a\nlabel: !VIP people",
            "2:8",
            "unknown YAML tag '!VIP'",
            "begins with ! goes in quotes",
        ),
        Mistake(
            "audience: a\nlabel: !!set x",
            "2:8",
            "unknown YAML tag '!!set'",
            "leave the tag out",
        ),
        Mistake(
            "audience: a\nwhere: !any [{stage: new}]",
            "2:8",
            "unknown YAML tag '!any'",
            "leave the tag out",
        ),
        Mistake(
            "audience: a\nholdout: &ten {percent: 10}\nwhere: {sample: {<<: *ten, salt: s}}",
            "3:18",
            "YAML 1.2 has no merge key '<<'",
            "write out the keys that it stands for",
        ),
    ],
    "The audience itself": [
        Mistake("exclude: [carts]", "2:11", "unknown audience 'carts'", "did you mean 'cart'"),
        Mistake(
            "entity: custommer", "2:9", "unknown entity 'custommer'", "did you mean 'customer'"
        ),
        Mistake(
            "entity: account",
            "2:9",
            "the key of account, 'account_id', is a date",
            "make it text, an integer or a uuid in dbt",
            "bare",
            settles="7.10",
        ),
        Mistake("timezone: Saigon", "2:11", "unknown time zone 'Saigon'", "Asia/Ho_Chi_Minh"),
        Mistake("timezone: Berlin", "2:11", "unknown time zone", "did you mean 'Europe/Berlin'?"),
        Mistake("timezone: localtime", "2:11", "unknown time zone 'localtime'", "Europe/Berlin"),
        Mistake("wher: {trait: score, gt: 1}", "2:1", "unknown key 'wher'", "did you mean 'where'"),
        Mistake("holdout: {percent: nan}", "2:20", "a percentage from 0 to 100", "such as 10"),
        Mistake(
            "holdout: {percent: 1, slat: s}", "2:23", "unknown key 'slat'", "did you mean 'salt'"
        ),
        Mistake(
            "variants: {a: 50, holdout: 50}",
            "2:19",
            "cannot be the name of a variant",
            "`holdout:`",
        ),
        Mistake("rank: {by: score}", "2:7", "either top or top_percent", "top: 1000"),
        Mistake(
            "rank: {by: active, top: 1}",
            "2:12",
            "has no order",
            "rank by a number, a date, a time or text",
        ),
        Mistake(
            "rank: {by: {event: viewed, sum: {of: amount, gt: 1}}, top: 1}",
            "2:46",
            "is not compared",
            "leave out 'gt'",
        ),
        Mistake("expect: {size: {min: -1}}", "2:22", "a whole number, at least 0", "such as 9"),
        Mistake(
            "expect: {size: {min: 9, max: 5}}",
            "2:30",
            "no size is at least 9 and at most 5",
            "at least 9",
        ),
        Mistake(
            "expect: {max_change: .nan}",
            "2:22",
            "a percentage such as 40%",
            "or a fraction such as 0.4",
        ),
        Mistake("expect: {}", "2:9", "'expect' says nothing", "expect: {size: {min: 100}}"),
        Mistake(
            "trait: score",
            "2:1",
            "unknown key 'trait'",
            "a condition stands under `where:`, such as where: {trait: ..}",
        ),
        Mistake("filter: {trait: score}", "2:1", "unknown key 'filter'", "did you mean 'where'?"),
        Mistake("\u00a0q: 1", "2:1", "unknown key", "(what is written has NO-BREAK SPACE)"),
        Mistake("where: {list: [a}", "2:17", "not valid YAML", "check the"),
        Mistake("where: [{stage: new}", "2:8", "did not find expected ',' or ']'", "check the"),
        Mistake("label: 'a", "2:8", "found unexpected end of stream", "is not closed"),
        Mistake(
            "expect: {size: {minimum: 9}}", "2:17", "unknown key 'minimum'", "did you mean 'min'?"
        ),
        Mistake("expect: {size: {}}", "2:16", "'size' says nothing", "size: {min: 100}"),
        Mistake(
            "expect: {max_change: 40}", "2:22", "40 is 4000%: at most 100%", "write 40% or 0.4"
        ),
        Mistake("variants: {'': 50, b: 50}", "2:12", "a variant has no name", "such as a: 50"),
        Mistake(
            "rank: {by: score, top: 1, per: labels}",
            "2:32",
            "'labels' is a list of text: no group has one",
            "such as per: store_id",
        ),
        Mistake("publish: maybe", "2:10", "'publish' is true or false", "publish: true"),
        Mistake("publish: no", "2:10", "'publish' is true or false", "publish: false"),
        Mistake("label: [a]", "2:8", "'label' is text", "put it in quotes"),
        Mistake("tags: vip", "2:7", "'tags' is a list of words", "write tags: [one, two]"),
        Mistake(
            "silence: [loud]",
            "2:11",
            "there is no warning 'loud'",
            "warnings: always-holds, mixed-time-zones, never-holds,",
        ),
        Mistake(
            "variants: half",
            "2:11",
            "'variants' gives each variant its percentage",
            "variants: {a: 50, b: 50}",
        ),
        Mistake(
            "variants: {a: 50, b: 40}",
            "2:11",
            "the variants add up to 90%",
            "they must add up to 100",
            settles="7.2",
        ),
        Mistake(
            "rank: {by: score, order: up, top: 1}", "2:26", "'order' is asc or desc", "order: desc"
        ),
        Mistake(
            "exclude: [{trait: score, gt: 1}]",
            "2:11",
            "'exclude' takes audiences and lists",
            "exclude: [NAME, ..]",
        ),
        Mistake(
            "exclude: [7]", "2:11", "'exclude' takes audiences and lists", "exclude: [NAME, ..]"
        ),
        Mistake(
            "rank: {by: {count: 1}, top: 1}", "2:12", "name the event: `event: order_placed`", ""
        ),
        Mistake(
            "holdout: {percent: 12.345}",
            "2:20",
            "a percentage here has at most two decimals",
            "such as 12.25",
            settles="7.41",
        ),
    ],
    "Conditions": [
        Mistake(
            "where: [{not: , event: viewed}]",
            "2:10",
            "'not' has nothing below it",
            "stands below it, further to the right",
        ),
        Mistake(
            "where: [{not event: viewed}]", "2:10", "no kind of condition", "write `not:`, and the"
        ),
        Mistake("where: [-stage: new]", "2:9", "no kind of condition", "space after the dash"),
        Mistake("where: [event viewed]", "2:9", "a condition is a mapping", "`event: viewed`"),
        Mistake(
            "where: [event:viewed]", "2:9", "a condition is a mapping", "space after the colon"
        ),
        Mistake("where: [nothing]", "2:9", "a condition is a mapping", "such as `trait: country`"),
        Mistake("where: {tickets: {status: open}}", "2:9", "no kind", "`related: tickets`"),
        Mistake("where: {viewed: {within: 1 day}}", "2:9", "no kind", "`event: viewed`"),
        Mistake("where: {tier: gold}", "2:9", "no kind", "`trait: tier`"),
        Mistake("where: {all: []}", "2:14", "'all' is empty", "add a condition"),
        Mistake("where: []", "2:8", "'all' is empty", "add a condition"),
        Mistake("where: {any: []}", "2:14", "'any' is empty", "add a condition"),
        Mistake("where: {}", "2:8", "an empty condition", "kinds: all"),
        Mistake(
            "where: {not: [{trait: score, gt: 1}]}",
            "2:14",
            "'not' takes one condition",
            "any: [..]",
        ),
        Mistake("where: {colour: red}", "2:9", "'colour' is no kind of condition", "kinds: all"),
        Mistake("where: score", "2:8", "a condition is a mapping", "`trait: score`"),
        Mistake(
            "where: {all: score}",
            "2:14",
            "'all' takes a list of conditions",
            "begin each line with `- `",
        ),
        Mistake(
            "where: {at_least: {n: 3, of: [{stage: new}]}}",
            "2:23",
            "at least 3 of 1 can never hold",
            "n is 1 to 1",
            settles="7.63",
        ),
        Mistake(
            "where: {at_least: {n: 0, of: [{stage: new}]}}",
            "2:23",
            "expected a whole number, at least 1",
            "such as 10",
            settles="7.63",
        ),
        Mistake(
            "where: {at_least: {n: 1, of: []}}",
            "2:30",
            "'of' is empty",
            "add a condition, or remove it",
        ),
    ],
    "Traits": [
        Mistake("where: {trait: viewed, eq: true}", "2:16", "unknown trait", "`event: viewed`"),
        Mistake(
            "where: {trait: name, eq: “Ann”}",
            "2:26",
            "these quotes would be part of the text “Ann”",
            "in straight quotes",
        ),
        Mistake(
            "where: {trait: name, starts_with: „Ann“}",
            "2:35",
            "these quotes would be part of the text",
            "in straight quotes",
        ),
        Mistake(
            "where: {trait: name, exists: true}",
            "2:22",
            "unknown operator 'exists'",
            "`is_null: false`",
        ),
        Mistake("where: {trait: name, eq: [a, b]}", "2:26", "expected a text", "after `in:`"),
        Mistake(
            "where:\n  trait: score\n  gt: 19,90", "4:7", "this is text", "has no commas: 1000, 0.5"
        ),
        Mistake(
            "where: {trait: score, gt: 1.000.000}", "2:27", "this is text", "between thousands"
        ),
        Mistake("where: {trait: score, gt: 50%}", "2:27", "this is text", "0.5 or 50, without %"),
        Mistake("where: {trait: score, gt: −5}", "2:27", "this is text", "that of the keyboard"),
        Mistake(
            "where: {trait: scor, gt: 1}", "2:16", "unknown trait 'scor' of customer", "'score'"
        ),
        Mistake(
            "where: {trait: account.plam, eq: a}",
            "2:16",
            "unknown trait 'plam' of account",
            "'plan'",
        ),
        Mistake(
            "where: {trait: [score, big], gt: 1}", "2:16", "name one trait of customer", "traits of"
        ),
        Mistake(
            "where: {trait: account, eq: a}",
            "2:16",
            "'account' leads to the entity account",
            "name one of its traits, such as account.account_id",
        ),
        Mistake(
            "where: {trait: score, gtt: 1}", "2:23", "unknown operator 'gtt'", "did you mean 'gt'"
        ),
        Mistake(
            "where: {trait: score, greater_than: 1}",
            "2:23",
            "unknown operator 'greater_than'",
            "did you mean 'gt'",
        ),
        Mistake(
            "where: {trait: score, contains: a}",
            "2:23",
            "'contains' cannot be asked of a number",
            "between",
        ),
        Mistake(
            "where: {trait: name, gt: a}", "2:22", "'gt' cannot be asked of a text", "contains"
        ),
        Mistake(
            "where: {trait: born, hour: 3}",
            "2:22",
            "'hour' cannot be asked of a date",
            "weekday",
            settles="7.18",
        ),
        Mistake(
            "where: {trait: labels, eq: a}",
            "2:24",
            "cannot be asked of a list of text",
            "contains_any",
        ),
        Mistake(
            "where: {trait: score, eq: '1'}",
            "2:27",
            "'score' is a number, this is text",
            "without quotes",
            settles="7.54",
        ),
        Mistake(
            "where: {trait: score, eq: '１2'}",
            "2:27",
            "'score' is a number, this is text",
            "write the number alone",
        ),
        Mistake(
            "where: {trait: token, eq: 4711}",
            "2:27",
            "'token' is a uuid, this is a number",
            "write a uuid",
        ),
        Mistake(
            "where: {trait: score, EQ: 1}", "2:23", "unknown operator 'EQ'", "did you mean 'eq'?"
        ),
        Mistake(
            "where: {trait: name, eq: a, accent: insensitive}",
            "2:29",
            "unknown operator 'accent'",
            "did you mean 'accents'?",
        ),
        Mistake(
            "where: {event: viewed, active: {periods: week, gte: 3, of_lst: 8}}",
            "2:56",
            "unknown operator 'of_lst'",
            "did you mean 'of_last'?",
        ),
        Mistake(
            "where: {event: viewed, where: {or: [{amount: 1}, {amount: 2}]}}",
            "2:32",
            "unknown property 'or'",
            "did you mean 'any'?",
        ),
        Mistake(
            "where: {trait: token, in: [abc]}", "2:28", "'abc' is no uuid", "such as 00000000-"
        ),
        Mistake(
            "where: {trait: name, matches: [a]}", "2:31", "'matches' takes text", "matches: 'abc'"
        ),
        Mistake(
            "where: {trait: scоre, gt: 100}",
            "2:16",
            "unknown trait 'scоre'",
            "did you mean 'score'? (what is written has CYRILLIC SMALL LETTER O)",
        ),
        Mistake(
            "where: {trait: score, gt: 100 EUR}",
            "2:27",
            "'score' is a number, this is text",
            "write the number alone",
        ),
        Mistake(
            "where: {trait: name, eq: 1}",
            "2:26",
            "'name' is text, this is a number",
            "write '1'",
            settles="7.54",
        ),
        Mistake(
            "where: {trait: active, is: yes}", "2:28", "'active' is true or false, this is text", ""
        ),
        Mistake(
            "where: {trait: tier, eq: Gold}",
            "2:26",
            "'tier' is never 'Gold'",
            "did you mean 'gold'",
        ),
        Mistake("where: {trait: score, gt: [1]}", "2:27", "expected a number", "one value"),
        Mistake(
            "where: {trait: score, between: [1, {trait: big}]}",
            "2:36",
            "a trait cannot stand among several values",
            "ask gte and lte, each with a trait",
        ),
        Mistake(
            "where: {trait: score, gt:1}",
            "2:23",
            "unknown operator 'gt:1'",
            "write a space after the colon: gt: 1",
        ),
        Mistake("where: {trait: score, between: [1]}", "2:32", "expected a list: [low, high]", ""),
        Mistake(
            "where: {trait: score, nulls: include}",
            "2:8",
            "say what 'score' must be",
            "operators: between",
        ),
        Mistake(
            "where: {trait: score, gt: 1, nulls: keep}",
            "2:37",
            "'nulls' can only be include",
            "nulls: include, or leave it out",
        ),
        Mistake(
            "where: {trait: score, gt: 1, case: insensitive}",
            "2:36",
            "'case' is about text",
            "leave out 'case'",
        ),
        Mistake("where: {trait: score, gt: .nan}", "2:27", "compared with NaN", "is_null"),
        Mistake(
            "where: {trait: score, gt: 1e9999999}",
            "2:27",
            "a number that no warehouse holds",
            "at most 1e300",
        ),
        Mistake(
            "where: {trait: born, eq: {trait: name}}",
            "2:34",
            "'name' is a text, 'born' is a date",
            "one type",
        ),
        Mistake("where: {trait: score, in: {trait: big}}", "2:27", "'in' takes no trait", "gte"),
        Mistake(
            "where: {trait: score, gt: 1, event: viewed}",
            "2:30",
            "has both 'trait' and 'event'",
            "`all:`",
        ),
        Mistake(
            "where: {trait: name, in: []}",
            "2:26",
            "the list is empty",
            "at least one",
            settles="7.44",
        ),
        Mistake(
            "where: {trait: labels, contains_any: [null]}",
            "2:39",
            "compared with null",
            "`is_null: true`",
            settles="7.44",
        ),
        Mistake(
            "where: {trait: name, not_in: []}",
            "2:30",
            "the list is empty",
            "at least one",
            settles="7.44",
        ),
        Mistake(
            "where: {trait: name, in: [1]}",
            "2:27",
            "'name' is text, this is a number",
            "write '1'",
            settles="7.54",
        ),
        Mistake("where: {trait: seen_at, weekday: []}", "2:34", "'weekday' takes a list", ""),
        Mistake(
            "where: {trait: name, in: [a, null]}", "2:30", "compared with null", "`nulls: include`"
        ),
        Mistake(
            "where: {trait: name, eq: null}",
            "2:26",
            "compared with null",
            "`is_null: true`",
            settles="7.44",
        ),
        Mistake(
            "where: {trait: seen_at, eq: 2026-01-01}",
            "2:29",
            "ask `on:` for a whole day",
            "",
            settles="7.18",
        ),
        Mistake(
            "where: {trait: seen_at, before: 30 days}",
            "2:33",
            "'before' takes a date, this is a length of time",
            "older_than: 30 days",
        ),
        Mistake(
            "where: {event: viewed, since: 7 days}",
            "2:31",
            "'since' takes a date, this is a length of time",
            "within: 7 days",
        ),
        Mistake(
            "where: {trait: seen_at, before: 2026-02-30}", "2:33", "there is no day 2026-02-30", ""
        ),
        Mistake(
            "where: {trait: born, last: 24 hours}",
            "2:28",
            "give whole days or weeks",
            "",
            settles="7.18",
        ),
        Mistake(
            "where: {trait: seen_at, last: 1 year}",
            "2:31",
            "a year has no fixed length: say '365 days', or use 'previous'",
            "",
            settles="7.12",
        ),
        Mistake(
            "where: {trait: seen_at, not_in: [2026-01-01]}",
            "2:34",
            "ask `on:` for a whole day",
            "",
            settles="7.18",
        ),
        Mistake(
            "where: {trait: born, between: [2026-01-01, 2026-01-01T12:00]}",
            "2:44",
            "this column is a date without a time: give a date",
            "",
            settles="7.18",
        ),
        Mistake(
            "where: {trait: seen_at, on: 2026-01-01T12:00}",
            "2:29",
            "on takes a date, such as 2026-01-31",
            "",
        ),
        Mistake(
            "where: {trait: score, top_percent: 101}",
            "2:36",
            "a percentage from 0 to 100",
            "such as 10",
        ),
        Mistake("where: {trait: name, contains: 1}", "2:32", "'contains' takes text", "write '1'"),
        Mistake(
            "where: {trait: name, matches: '(a{200}b){200}'}",
            "2:31",
            "'{200}' does not mean the same on every warehouse",
            "use literals, classes, anchors, groups,",
        ),
        Mistake(
            "where: {trait: name, matches: '(?=a)'}",
            "2:31",
            "'(?=' does not mean the same on every warehouse",
            "use literals, classes, anchors, groups, alternation and",
        ),
        Mistake(
            "where: {trait: name, matches: '\\p{L}'}",
            "2:31",
            "'\\p' does not mean the same on every warehouse",
            "use literals, classes, anchors",
        ),
        Mistake(
            "where: {trait: name, matches: 'a{256}'}",
            "2:31",
            "'matches' with the repetition {256} cannot be said on postgres",
            "write the pattern without it, or compute it in a dbt model",
            "postgres",
        ),
        Mistake(
            "where: {trait: notes.colour, eq: red}",
            "2:16",
            "a JSON path inside a column of text cannot be said on postgres yet",
            "compute it in a dbt model, as a column of its own",
            "postgres",
        ),
        Mistake(
            "where: {trait: profile.*, eq: a}",
            "2:16",
            "a JSON key that is empty, a star or has a quote in it cannot be said on spark yet",
            "compute it in a dbt model, as a column of its own",
            "spark",
        ),
        Mistake(
            "where: {trait: name, matches: '('}",
            "2:31",
            "not a regular expression: missing ), unterminated subpattern",
            "put \\ before a sign that stands for itself",
        ),
        Mistake(
            "where: {trait: born, anniversary: {}}",
            "2:35",
            "'anniversary' takes either next or last",
            "anniversary: {next: 7 days}",
        ),
        Mistake(
            "where: {trait: born, anniversary: {next: 7 days, feb29: feb27}}",
            "2:57",
            "'feb29' is mar1 or feb28",
            "",
        ),
        Mistake(
            "where: {trait: born, anniversary: {next: 400 days}}",
            "2:35",
            "an anniversary is sought in whole days, at most 365",
            "",
        ),
        Mistake(
            "where: {trait: seen_at, weekday: [someday]}",
            "2:35",
            "'weekday' takes a list such as [sat, sun]",
            "",
        ),
        Mistake(
            "where: {trait: profile.age, gt: 1}",
            "2:16",
            "'age' is not declared inside 'profile'",
            "declared paths: born, hobbies, language, pets.count, score,",
        ),
        Mistake(
            "where: {trait: name.first, eq: a}",
            "2:16",
            "'name' is a text: it has no 'first'",
            "did you mean 'name'? traits of customer: account_id,",
        ),
        Mistake(
            "where: {trait: nickname, gt: 1}",
            "2:26",
            "the type of 'nickname' is not known",
            "declare its data_type in the model's yml, or run `dbt docs",
            "bare",
        ),
        Mistake(
            "where: {trait: model, eq: a}",
            "1:1",
            "say of which entity: `entity: name`",
            "entities: device, phone",
            "devices",
        ),
    ],
    "Events": [
        Mistake("where: {event: tier, count: 1}", "2:16", "unknown event", "`trait: tier`"),
        Mistake("where: {event: viewed, gte: 3}", "2:24", "unknown key", "count: {gte: 3}"),
        Mistake("where: {event: viewed, amount: 3}", "2:24", "unknown key", "where: {amount: ..}"),
        Mistake("where: {event: viewed, times: 3}", "2:24", "unknown key", "did you mean 'count'"),
        Mistake(
            "where: {event: viewed, where: {within: 1 day}}",
            "2:32",
            "unknown property 'within'",
            "stands beside `where:`",
        ),
        Mistake("where: {event: viewed, count: '>= 3'}", "2:31", "this is text", "write {gte: 3}"),
        Mistake("where: {event: viewed, count: 3-5}", "2:31", "this is text", "{between: [3, 5]}"),
        Mistake("where: {event: viewed, count: 3+}", "2:31", "this is text", "write {gte: 3}"),
        Mistake(
            "where: {event: order_place}",
            "2:16",
            "unknown event 'order_place'",
            "did you mean 'order_placed'",
        ),
        Mistake(
            "where: {event: [viewed, vewed]}",
            "2:25",
            "unknown event 'vewed'",
            "did you mean 'viewed'",
        ),
        Mistake("where: {event: }", "2:16", "unknown event ''", "known events: call_made"),
        Mistake("where: {event: []}", "2:16", "'event' is empty", "at least one"),
        Mistake("where: {event: viewed, with: 1 day}", "2:24", "unknown key 'with'", "'within'"),
        Mistake(
            "where: {event: viewed, where: {amout: 1}}",
            "2:32",
            "unknown property 'amout'",
            "'amount'",
        ),
        Mistake(
            "where: {event: viewed, where: {amount: {gtt: 1}}}",
            "2:41",
            "unknown operator 'gtt'",
            "'gt'",
        ),
        Mistake(
            "where: {event: viewed, sum: {of: amout, gt: 1}}",
            "2:34",
            "unknown property 'amout'",
            "'amount'",
        ),
        Mistake(
            "where: {event: viewed, sum: {gt: 1}}", "2:29", "'sum' needs `of:`", "of: net_amount"
        ),
        Mistake(
            "where: {event: viewed, sum: {of: status, gt: 1}}",
            "2:34",
            "sum does not take it",
            "sum takes: integer, decimal, double",
        ),
        Mistake(
            "where: {event: order_placed, max: {of: amount}}",
            "2:35",
            "say what 'max' must be",
            "operators",
        ),
        Mistake(
            "where: {event: viewed, count: 1, sum: {of: amount, gt: 1}}",
            "2:39",
            "takes one measure",
            "own",
        ),
        Mistake(
            "where: {event: viewed, within: 1 month}",
            "2:32",
            "has no fixed length: say '30 days'",
            "",
            settles="7.12",
        ),
        Mistake("where: {event: viewed, within: soon}", "2:32", "such as '7 days'", ""),
        Mistake(
            "where: {event: viewed, between_ago: [1 day, 2 days]}",
            "2:37",
            "the longer length first",
            "",
        ),
        Mistake("where: {event: viewed, this: fortnight}", "2:30", "a period is 'day', 'week'", ""),
        Mistake(
            "where: {event: viewed, first: {}, last: {}}",
            "2:35",
            "an event condition takes one measure",
            "make each a condition of its own",
        ),
        Mistake(
            "where: {event: viewed, first: vip}",
            "2:31",
            "'first' is about the first row of all",
            "a window is `within: 30 days`",
        ),
        Mistake(
            "where: {event: viewed, within: 1 day, first: {}}",
            "2:24",
            "'first' looks at all rows ever: no window here",
            "move it inside: first: {within: ..}",
            settles="7.34",
        ),
        Mistake(
            "where: {event: viewed, where: 1}",
            "2:31",
            "'where' names properties",
            "where: {net_amount: {gte: 100}}",
        ),
        Mistake(
            "where: {event: viewed, where: {any: 1}}",
            "2:37",
            "'any' takes a list of filters",
            "such as - status: completed",
        ),
        Mistake(
            "where: {event: viewed, where: {amount: {gt: {trait: spend}}}}",
            "2:45",
            "this is compared with a value, not with a trait",
            "write a value, or compare the two in a dbt model, as a",
        ),
        Mistake(
            "where: {event: viewed, where: {amount: {top_percent: 10}}}",
            "2:41",
            "'top_percent' ranks all of the entity: only on its own traits",
            "ask it of a trait: {trait: .., top_percent: 10}",
            settles="7.39",
        ),
        Mistake(
            "where: {event: viewed, count: }",
            "2:31",
            "say what 'count' must be",
            "operators: between",
            settles="7.42",
        ),
        Mistake(
            "where: {event: viewed, sum: {of: amount, gt: 1, nulls: include}}",
            "2:49",
            "'nulls' goes with a trait or a property, not with 'sum'",
            "leave out 'nulls'",
            settles="7.43",
        ),
        Mistake(
            "where: {event: viewed, since: 2026-01-01, nth: {n: 2}}",
            "2:24",
            "'nth' looks at all rows ever: no window here",
            "move it inside: nth: {since: ..}",
            settles="7.34",
        ),
        Mistake(
            "where: {event: viewed, between_ago: [2 days, 1 month]}",
            "2:46",
            "a month has no fixed length: say '30 days'",
            "",
            settles="7.12",
        ),
        Mistake(
            "where: {related: tickets, where: {hours: {percentile: 5}}}",
            "2:43",
            "'percentile' ranks all of the entity",
            "ask it of a trait",
            settles="7.39",
        ),
        Mistake(
            "where: {event: viewed, active: 3}",
            "2:32",
            "'active' needs `periods:`",
            "active: {periods: week, gte: 3, of_last: 8}",
        ),
        Mistake(
            "where: {event: viewed, active: {periods: hour, gte: 1}}",
            "2:42",
            "'periods' are days or longer",
            "periods: day, month, quarter, week, year",
        ),
        Mistake(
            "where: {event: viewed, rate: 3}",
            "2:30",
            "'rate' needs `to:`",
            "rate: {to: email_delivered, gte: 20%}",
        ),
    ],
    "Sequences": [
        Mistake(
            "where: {sequence: order_placed}",
            "2:19",
            "'sequence' takes a list of steps",
            "begin each step with `- did: ..` or `- did_not: ..`",
        ),
        Mistake(
            "where: {sequence: [{event: viewed}]}",
            "2:20",
            "a step says did or did_not",
            "such as - did: order_placed",
        ),
        Mistake(
            "where: {sequence: [{did: viewed, did_not: clicked}]}",
            "2:20",
            "a step is either did or did_not",
            "such as - did: order_placed",
        ),
        Mistake(
            "where: {sequence: [{did_not: viewed}, {did: clicked}]}",
            "2:21",
            "a sequence begins with a did",
            "put a `did` first, or ask `not: {event: ..}`",
            settles="7.23",
        ),
        Mistake(
            "where: {sequence: [{did: viewed, within: 1 day}]}",
            "2:34",
            "the first step has no 'within'",
            "a window of the whole sequence stands beside `sequence:`",
            settles="7.23",
        ),
        Mistake(
            "where: {sequence: [{did: viewed, same: status}, {did: clicked}]}",
            "2:34",
            "the first step has no 'same'",
            "a window of the whole sequence",
            settles="7.23",
        ),
        Mistake(
            "where: {sequence: [{did: viewed, immediately: true}, {did: clicked}]}",
            "2:34",
            "the first step has no 'immediately'",
            "a window of the whole sequence",
            settles="7.23",
        ),
        Mistake(
            "where: {sequence: [{did: viewed}, {did_not: clicked, immediately: true}]}",
            "2:54",
            "a did_not has no 'immediately'",
            "it belongs to a did",
        ),
        Mistake(
            "where: {sequence: [{did: refund_made}, {did: refund_made, within: 3 hours}]}",
            "2:67",
            "these events have dates without a time: give whole days or weeks",
            "",
        ),
        Mistake(
            "where: {sequence: [{did: viewed}, {did: clicked, same: []}]}",
            "2:56",
            "'same' is empty",
            "same: [cart_id]",
        ),
        Mistake(
            "where: {sequence: [{did: viewed}, {did: clicked, same: cart}]}",
            "2:56",
            "unknown property 'cart' of clicked",
            "properties of both: amount, customer_id, due, event_id,",
        ),
        Mistake(
            "where: {sequence: [{did: order_placed}, {did: viewed, same: due}]}",
            "2:61",
            "'due' is a date in one event, a json in the other",
            "give both one type in dbt",
            "bare",
            settles="7.24",
        ),
        Mistake(
            "where: {sequence: [{did: viewed}, {did: clicked, same: due}]}",
            "2:56",
            "'due' is a json: nothing equals it",
            "name a property such as an id",
            "bare",
        ),
    ],
    "Relations": [
        Mistake(
            "where: {related: tickets, status: open}", "2:27", "unknown key", "where: {status: ..}"
        ),
        Mistake("where: {related: [tickets]}", "2:18", "name one relation", "relations of"),
        Mistake(
            "where: {related: tockets}",
            "2:18",
            "unknown relation 'tockets'",
            "did you mean 'tickets'? relations of customer: tickets",
        ),
        Mistake(
            "where: {related: tickets, pick: {latest_by: opened_at}, match: all}",
            "2:57",
            "'pick' judges one row: no `match` with it",
            "leave out `match`",
            settles="7.58",
        ),
        Mistake(
            "where: {related: tickets, count: {gt: 1}, match: all}",
            "2:43",
            "'count' and 'match' do not go together",
            "make each a condition of its own",
            settles="7.59",
        ),
        Mistake(
            "where: {related: tickets, count: 1, pick: {latest_by: hours}}",
            "2:37",
            "'count' and 'pick' do not go together",
            "make each a condition of its own",
            settles="7.59",
        ),
        Mistake(
            "where: {related: tickets, having: {trait: score, gt: 1}}",
            "2:35",
            "the relation 'tickets' leads to no entity",
            "ask `where:` about its columns, or add `entity: NAME` to",
        ),
        Mistake(
            "where: {related: tickets, pick: {}}",
            "2:33",
            "'pick' takes either latest_by or earliest_by",
            "pick: {latest_by: created_at}",
        ),
        Mistake(
            "where: {related: tickets, match: some}",
            "2:34",
            "'match' says how many rows pass",
            "match: any, all, none, {at_least: n}, {at_most: n},",
        ),
        Mistake(
            "where: {related: tickets, match: {share: {}}}",
            "2:42",
            "say what 'share' must be",
            "operators: between, eq, gt, gte,",
        ),
        Mistake(
            "where: {related: tickets, match: all, empty: fails}",
            "2:46",
            "'empty' can only be holds",
            "empty: holds, or leave it out",
        ),
        Mistake(
            "where: {related: tickets, match: any, empty: holds}",
            "2:46",
            "'empty: holds' goes with `match: all`",
            "add `match: all`",
        ),
        Mistake(
            "where: {related: tickets, match: {share: {like: 1}}}",
            "2:43",
            "unknown operator 'like'",
            "operators: between, eq, gt, gte, in, is, lt, lte, ne, not_between, not_in",
        ),
        Mistake(
            "where: {related: tickets, match: {share: {is_null: true}}}",
            "2:43",
            "'is_null' cannot be asked of 'share'",
            "where 'share' is unknown nothing holds",
        ),
        Mistake(
            "where: {event: viewed, rate: {to: clicked, is_null: true}}",
            "2:44",
            "'is_null' cannot be asked of 'rate'",
            "where 'rate' is unknown nothing holds",
        ),
        Mistake(
            "where: {event: order_placed, last: 30 days}",
            "2:36",
            "'last' is about the last row of all",
            "a window is `within: 30 days`",
        ),
        Mistake(
            "where: {trait: seen_at, within: 30 days}",
            "2:25",
            "unknown operator 'within'",
            "did you mean 'last'?",
        ),
        Mistake(
            "where: {event: order_placed, between: [2026-01-01, 2026-01-31]}",
            "2:30",
            "unknown key 'between'",
            "did you mean 'since'?",
        ),
        Mistake(
            "where: {or: [{trait: score, gt: 10}]}",
            "2:9",
            "'or' is no kind of condition",
            "did you mean 'any'?",
        ),
        Mistake(
            "where: {trait: score, gt: 1,000}",
            "2:29",
            "unknown operator '000'",
            "a number has no commas: 1000, 0.5",
        ),
        Mistake(
            "where: {trait: score, gt: 1_000}",
            "2:27",
            "'score' is a number, this is text",
            "nothing between thousands",
        ),
        Mistake(
            "where: {trait: score, gt: ten}",
            "2:27",
            "'score' is a number, this is text",
            "write the number alone, such as 100",
        ),
        Mistake(
            "entity: account\nwhere: {related: buyers, pick: {latest_by: active}}",
            "3:44",
            "'active' is a boolean, which has no order",
            "pick by a number, a date, a time or text",
        ),
        Mistake(
            "where: {related: tickets, within: 1 day}",
            "2:35",
            "the relation 'tickets' has no time",
            "add `at: COLUMN` to config.meta.cdp of the model",
            "bare",
        ),
        Mistake(
            "where: {related: tickets, active: {periods: day, gt: 1}}",
            "2:27",
            "the relation 'tickets' has no time",
            "add `at: COLUMN` to config.meta.cdp of the model",
            "bare",
        ),
        Mistake(
            "where: {related: tickets, first: {}}",
            "2:27",
            "the relation 'tickets' has no time",
            "add `at: COLUMN` to config.meta.cdp of the model",
            "bare",
        ),
        Mistake(
            "where: {related: tickets, pick: {latest_by: hours}}",
            "2:33",
            "nothing orders rows of 'tickets' that tie",
            "add `id: COLUMN` to config.meta.cdp of the model",
            "bare",
        ),
    ],
    "Comparisons": [
        Mistake(
            "where: {compare: {left: {event: viewed}, right: {event: clicked}}}",
            "2:18",
            "'compare' takes one of change, ratio and difference",
            "such as change: {lte: -25%}",
        ),
        Mistake(
            (
                "where: {compare: {left: {event: viewed, max: status}, right: {event: v"
                "iewed}, change: {gt: 1}}}"
            ),
            "2:25",
            "'status' is a text, which cannot be subtracted",
            "compare measures of numbers",
        ),
    ],
    "Changes": [
        Mistake(
            "entity: account\nwhere: {changed: plan}",
            "3:9",
            "the entity account has no history of its traits",
            "keep one, such as a dbt snapshot, and declare it with",
        ),
        Mistake(
            "where: {changed: name}",
            "2:18",
            "the history of customer does not keep 'name'",
            "add the column to the model customer_versions; traits in",
        ),
        Mistake(
            "where: {changed: score, increased_by: 1, decreased_by: 1}",
            "2:56",
            "one change cannot be up and down",
            "make each a condition of its own",
        ),
        Mistake(
            "where: {changed: tier, increased_by: 1}",
            "2:38",
            "'tier' is a text: 'increased_by' is asked of numbers",
            "ask `from` and `to`",
        ),
        Mistake(
            "where: {changed: score, from: {gt: 1, nulls: include}}",
            "2:39",
            "a change takes no 'nulls'",
            "ask `is_null: true` of it in a condition of its own",
        ),
        Mistake(
            "where: {changed: score, increased_by: -1}",
            "2:39",
            "'increased_by' is a number above 0, or a percentage such as 25%",
            "",
        ),
        Mistake(
            "where: {changed: score}",
            "2:9",
            "the entity customer has no history of its traits",
            "keep one, such as a dbt snapshot, and declare it with",
            "bare",
        ),
    ],
    "Stages, consents, journeys and experiments": [
        Mistake("where: {stage: activ}", "2:16", "unknown stage 'activ'", "did you mean 'active'"),
        Mistake(
            "where: {stage: new, track: suport}", "2:28", "unknown track 'suport'", "'support'"
        ),
        Mistake(
            "where: {stage: new, track: [lifecycle, support]}",
            "2:28",
            "'track' takes one name",
            "make each a condition of its own",
        ),
        Mistake(
            "where: {stage: [new, waiting]}",
            "2:22",
            "the track 'lifecycle' has no stage 'waiting'",
            "name its track: `track: support`",
            "bare",
        ),
        Mistake(
            "where: {stage: new, from: noone}", "2:27", "unknown stage 'noone'", "known stages"
        ),
        Mistake("where: {consent: add}", "2:18", "unknown purpose 'add'", "did you mean 'ads'"),
        Mistake("where: {stage: new, ever: yes}", "2:27", "'ever' is true or false", "ever: true"),
        Mistake(
            "entity: account\nwhere: {experiment: {name: a}}",
            "3:9",
            "the entity account has no experiments",
            "declare a model with config.meta.cdp {experiments: true, ..}",
        ),
        Mistake(
            "entity: account\nwhere: {journey: a}",
            "3:9",
            "the entity account has no journeys",
            "declare a model with config.meta.cdp {journeys: true, ..}",
        ),
        Mistake(
            "entity: account\nwhere: {consent: ads}",
            "3:18",
            "the entity account has no consents",
            "declare a model with config.meta.cdp {consents: true, ..}",
        ),
        Mistake(
            "entity: account\nwhere: {stage: new}",
            "3:16",
            "the entity account has no stages",
            "declare a model with config.meta.cdp {stages: true, ..}",
        ),
        Mistake(
            "where: {experiment: {name: [a, b]}}",
            "2:28",
            "'experiment' takes one name",
            "use `all:` or `any:`",
        ),
        Mistake(
            "where: {journey: [onboarding, winback]}",
            "2:18",
            "'journey' takes one name",
            "use `all:` or `any:`",
        ),
        Mistake(
            "where: {consent: [ads, email_marketing]}",
            "2:18",
            "'consent' takes one purpose",
            "use `all:` or `any:`",
        ),
        Mistake(
            "where: {experiment: a}",
            "2:21",
            "'experiment' is a mapping",
            "experiment: {name: banner,",
        ),
        Mistake(
            "where: {experiment: {variant: bold}}",
            "2:21",
            "'experiment' lacks name",
            "add `name: ..`",
        ),
        Mistake(
            "where: {stage: new, ever: true, from: lost}",
            "2:27",
            "'ever' goes alone",
            "make the rest a condition of its own",
            settles="7.56",
        ),
        Mistake("where: {stage: []}", "2:16", "name a stage", "known stages: active, lost, new"),
        Mistake(
            "where: {stage: {a: 1}}", "2:16", "name a stage", "known stages: active, lost, new"
        ),
        Mistake(
            "where: {stage: new, regressed: true}",
            "2:21",
            "nothing says which stage is higher",
            "add `rank: COLUMN` to config.meta.cdp of the model, or",
            "bare",
        ),
        Mistake(
            "where: {stage: new, entered: 3 hours}",
            "2:30",
            "'valid_from' is a date without a time: give whole days or weeks",
            "",
            "bare",
        ),
    ],
    "Audiences, lists and samples": [
        Mistake(
            "where: {audience: carts}", "2:19", "unknown audience 'carts'", "did you mean 'cart'"
        ),
        Mistake("where: {list: []}", "2:15", "'list' takes a list of ids", "[c1, c2]"),
        Mistake("where: {sample: {percent: 10, salt: [a]}}", "2:37", "'salt' is text", "quotes"),
        Mistake(
            "where: {list: {seed: vips}}",
            "2:22",
            "unknown seed 'vips'",
            "did you mean 'vip_ids'? known seeds: numbers, vip_ids",
        ),
        Mistake(
            "where: {list: {seed: vip_ids, column: id}}",
            "2:39",
            "the seed 'vip_ids' has no column 'id'",
            "columns: customer_id",
        ),
        Mistake(
            "where: {list: [a1, 007]}",
            "2:20",
            "007 is the number 7 in YAML",
            "put it in quotes: '007'",
        ),
        Mistake(
            "where: {list: [true]}", "2:16", "an id is text or a whole number", "put it in quotes"
        ),
        Mistake(
            "where: {sample: {salt: a}}",
            "2:17",
            "'sample' takes either percent or buckets",
            "sample: {percent: 10}",
        ),
        Mistake(
            "where: {sample: {buckets: [0, 9]}}",
            "2:17",
            "buckets are counted of 10000",
            "add `of: 10000`",
            settles="7.62",
        ),
        Mistake(
            "where: {sample: {buckets: [9, 0], of: 10000}}",
            "2:27",
            "buckets are [first, last], from 0 to 9999",
            "such as [0, 4999]",
        ),
        Mistake(
            "where: {sample: {percent: 1.005}}",
            "2:27",
            "a percentage here has at most two decimals",
            "such as 12.25",
            settles="7.41",
        ),
        Mistake(
            "where: {sample: {buckets: [0, 9], of: 100}}",
            "2:39",
            "buckets are counted of 10000",
            "add `of: 10000`",
            settles="7.62",
        ),
        Mistake(
            "where: {sample: {percent: 10, of: 10000}}",
            "2:35",
            "'of' goes with buckets, not with percent",
            "leave out `of`",
        ),
        Mistake(
            "where: {audience: 7}",
            "2:19",
            "'audience' takes the name of an audience, or a list of names",
            "",
        ),
        Mistake(
            "where: {audience: cart, entered: 1 day, exited: 1 day}",
            "2:49",
            "'entered' and 'exited' do not go together",
            "make each a condition of its own",
            settles="7.55",
        ),
        Mistake(
            "where: {audience: cart, ever: true}",
            "2:25",
            "'ever' needs the history of memberships, which the project does not have",
            "run `cdp-activate compile` and build once: audience_members",
            "bare",
        ),
        Mistake(
            "where: {list: {seed: vip_ids}}",
            "2:15",
            "say which column of 'vip_ids' has the keys",
            "list: {seed: vip_ids, column: ..}",
            "bare",
        ),
    ],
    "SQL": [
        Mistake("where: {sql: 'tier = \"gold\"'}", "2:14", "is no trait", "single quotes: 'gold'"),
        Mistake(
            "where: {sql: 1}",
            "2:14",
            "'sql' is one boolean expression, as text",
            'sql: "score > spend"',
        ),
        Mistake(
            "where: {sql: score + 1}",
            "2:14",
            "'sql' is not true or false",
            "compare it with something: it must be true or false",
        ),
        Mistake(
            "where: {sql: 'score > 1, spend > 1'}",
            "2:14",
            "'sql' is not one expression",
            "one boolean expression, no statement",
        ),
        Mistake(
            "where: {sql: 'score >'}",
            "2:14",
            "'sql' cannot be read",
            "one boolean expression, no statement",
        ),
        Mistake(
            "where: {sql: 'scor > 1'}",
            "2:14",
            "'scor' in 'sql' is no trait of customer",
            "did you mean 'score'? traits: account_id, active, big,",
        ),
        Mistake(
            "where: {sql: 'extract(epoch from seen_at) > 1'}",
            "2:14",
            "'sql' cannot use EPOCH",
            "columns, operators, CASE, CAST and plain functions; compute",
        ),
        Mistake(
            """where: {sql: "seen_at > 'now'"}""",
            "2:14",
            "'sql' cannot use the clock: 'now'",
            "an audience is judged at its as_of",
        ),
        Mistake(
            """where: {sql: "seen_at > 'today 08:00'"}""",
            "2:14",
            "'sql' cannot use the clock: 'today 08:00'",
            "ask `last:` or `older_than:` of the trait: an audience is judged at",
        ),
        Mistake(
            """where: {sql: "account.plan = 'team'"}""",
            "2:14",
            "'account.plan' in 'sql' is no trait of customer",
            "only columns of the entity itself: compute the rest in a dbt model",
        ),
        Mistake(
            "where: {sql: 'cast(score as numeric(9, 2)) > 1'}",
            "2:14",
            "'sql' cannot use lengths of types (NUMERIC(9, 2))",
            "round the number",
            "bigquery",
        ),
        Mistake(
            "where: {sql: try_cast(name as int) = 1}",
            "2:14",
            "PostgreSQL has no try_cast",
            "cast it in a dbt model",
            "postgres",
        ),
        Mistake(
            "where: {sql: 'score > (select 1)'}",
            "2:14",
            "'sql' cannot use a subquery",
            "columns, operators, CASE, CAST and plain functions; compute",
        ),
        Mistake(
            "where: {sql: '1 = " + "1 + " * 300 + "1'}",
            "2:14",
            "'sql' is too long",
            "compute it in a dbt model, as a column",
        ),
    ],
    "Tests of an audience": [
        Mistake("tests: 1", "2:8", "'tests' is a list", "begin each test with `- name: ..`"),
        Mistake(
            "tests: [{name: t, as_of: 2026-01-10, given: {}}]",
            "2:9",
            "the test expects nothing",
            "say `includes: [..]` or `excludes: [..]`",
        ),
        Mistake(
            "tests: [{name: , as_of: 2026-01-10, given: {}, members: []}]",
            "2:16",
            "a test's name is text",
            "name: buys after a day",
        ),
        Mistake(
            "tests: [{name: t, as_of: 2026-01-10, members: [], given: {customers: [{score: 1}]}}]",
            "2:71",
            "a customer without a key",
            "customer_id: ..",
        ),
        Mistake(
            "tests: [{name: t, as_of: 2026-01-10, members: [], "
            "given: {customers: [{customer_id: a}, {customer_id: a}]}}]",
            "2:89",
            "another customer has this 'customer_id'",
            "give each one of its own",
        ),
        Mistake(
            "where: {sql: cast(name as int) = 1}\n"
            "tests: [{name: t, as_of: 2026-01-10, members: [], "
            "given: {customers: [{customer_id: a, name: b}]}}]",
            "3:9",
            "DuckDB cannot judge these rows: Conversion Error",
            "mend the rows, or what `sql:` makes of them",
        ),
        Mistake(
            "tests: [{name: t, as_of: 2026-01-10, given: 1, members: []}]",
            "2:45",
            "'given' is rows by model",
            "a file beside this one, such as fixtures/cart.yml, or",
        ),
        Mistake(
            "tests: [{name: t, as_of: 2026-01-10, given: {}, members: 1}]",
            "2:58",
            "expected a list of keys",
            "includes: [c1, c2]",
        ),
        Mistake(
            "tests: [{name: t, as_of: soon, given: {}, members: []}]",
            "2:26",
            "'as_of' is a time: write it as 2026-01-31T08:00:00+07:00",
            "",
        ),
        Mistake(
            "tests: [{name: t, as_of: 2026-01-10, members: [], given: {customers: 1}}]",
            "2:70",
            "'customers' is a list of rows",
            "begin each row with `- `",
        ),
        Mistake(
            "tests: [{name: t, as_of: 2026-01-10, members: [], given: {customers: [1]}}]",
            "2:71",
            "a row is a mapping",
            "{customer_id: ..}",
        ),
        Mistake(
            "tests: [{name: t, as_of: 2026-01-10, members: [], given: {customer: []}}]",
            "2:59",
            "unknown model 'customer'",
            "did you mean 'customers'? models: accounts, assignments,",
        ),
        Mistake(
            ("tests: [{name: t, as_of: 2026-01-10, members: [], given: {customers: [{scor: 1}]}}]"),
            "2:72",
            "unknown column 'scor' of customers",
            "did you mean 'score'? columns: account_id, active, big,",
        ),
        Mistake(
            (
                "tests: [{name: t, as_of: 2026-01-10, members: [], given: {customers: ["
                "{score: a}]}}]"
            ),
            "2:79",
            "'score' is a number",
            "",
        ),
        Mistake(
            "tests: [{name: t, as_of: 2026-01-10, members: [], given: rows.yml}]",
            "2:58",
            "rows are given by model",
            "given: {customers: [{customer_id: c1}]}",
        ),
    ],
}
