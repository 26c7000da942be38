"""The codes of warnings, as `silence:` takes them, and what each is about."""

WARNINGS = {
    "always-holds": "a condition that every row passes",
    "mixed-time-zones": "an audience judged in one zone names one that is judged in another",
    "never-holds": "a condition that nobody can pass",
    "no-consent": "an audience for a channel, without a condition of consent",
    "no-owner": "an audience without an owner",
    "nullable-negation": "`not:` over a trait that may be unknown: the unknown are let in",
    "overlapping-branches": "a branch of `any` that another one holds already",
    "percentage": "a rate or a change that was perhaps meant as a percentage",
    "sql": "a condition written in SQL",
    "thousands": "a number with a point that perhaps parts thousands: 1.500 is one and a half",
    "unbounded-window": "events of all time are read",
}
