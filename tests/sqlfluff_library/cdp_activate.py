"""Stands in for the dbt package's macros while sqlfluff reads the models.

Each function gives SQL of the shape that the macro of the same name in macros/
gives, so that a model can be read and linted without dbt and without a warehouse.
"""


def as_of(seconds: float = 0, zoned: bool = False) -> str:
    """Give an instant, whichever."""
    return "cast('2026-11-21 21:41:00' as timestamp)"


def days_ago(days: object) -> str:
    """Give an instant, whichever."""
    return as_of()


def end_of_time() -> str:
    """Give the last instant of the calendar."""
    return "cast('9999-12-31 23:59:59.999999' as timestamp)"


def period_start(unit: str, offset: int, timezone: str, zoned: bool = False) -> str:
    """Give the instant at which a period begins."""
    return "cast('2026-10-31 23:00:00' as timestamp)"


def period_date(unit: str, offset: int, timezone: str, zoned: bool = False) -> str:
    """Give the date on which a period begins."""
    return "cast('2026-11-01' as date)"


def local_date(days: int, timezone: str, zoned: bool = False) -> str:
    """Give a date."""
    return "cast('2026-11-21' as date)"


def cast_as(expression: str, type: str) -> str:
    """Give an expression in another type."""
    return f"cast({expression} as {type})"


def add_time(unit: str, count: object, expression: str) -> str:
    """Add a number of periods to a date or time."""
    return f"{expression} + (interval '1 {unit}' * ({count}))"


def time_between(first: str, second: str, unit: str) -> str:
    """Count the boundaries of a period between two dates or times."""
    return f"date_diff('{unit}', {first}, {second})"


def start_of(unit: str, expression: str) -> str:
    """Give the date on which a period began."""
    return f"cast(date_trunc('{unit}', {expression}) as date)"


def sorted_texts(expression: str) -> str:
    """Join the texts of a group."""
    return f"string_agg({expression}, ', ' order by {expression})"


def may_have_copies(relation: object, key: str) -> bool:
    """Look for them."""
    return True


def first_of_copies(relation: str, key: str, columns: list[str]) -> str:
    """Give a select of the rows."""
    return f"select * from {relation}"


def say_what_is_wrong(query: str, sentence: str) -> str:
    """Say it to nobody."""
    return ""


def account_circles() -> str:
    """Give common table expressions."""
    return "account_circles as (select 1 as account_id),"


def word(expression: str) -> str:
    """Give a text in small letters."""
    return f"lower(trim({expression}))"


def is_first_copy(arrived: str, held: str, key: str, read_as: dict[str, str]) -> str:
    """Give a condition."""
    columns = " and ".join(f"{read} = {held}.{column}" for column, read in read_as.items())
    return f"({held}.{key} is null or {arrived}.occurred_at < {held}.occurred_at or {columns})"


def count_of(condition: str) -> str:
    """Give an aggregate under a condition."""
    return f"sum(case when {condition} then 1 else 0 end)"


def value_of(condition: str) -> str:
    """Give an aggregate under a condition."""
    return count_of(condition)


def type_double() -> str:
    """Name the type of floating-point numbers."""
    return "double precision"


def normal_upper_tail(z: str) -> str:
    """Give an expression of a number."""
    return f"exp({z})"


def chi_square_upper_tail(statistic: str, degrees: str, two_tails: str) -> str:
    """Give an expression of numbers."""
    return f"case {degrees} when 1 then {two_tails} else exp({statistic}) end"


def confidence_z() -> float:
    """Give a number."""
    return 1.96


def confidence_t(degrees: str) -> str:
    """Give an expression of a number."""
    return f"(1.96 + 2.37 / {degrees})"


def experiment_plans() -> str:
    """Give a select."""
    return "select 'e' as experiment, 'v' as variant, 0.5 as planned_share, true as is_control"


def audience_history() -> str:
    """Give a relation."""
    return "audience_members"


def percentile(expression: str, fraction: float) -> str:
    """Give an aggregate over the expression."""
    return f"percentile_cont({fraction}) within group (order by {expression})"


def input_subject(subject: str) -> str:
    """Give a select; its columns are in the yml of the model that asks."""
    return f"select 1 as {subject}"


def main_track() -> str:
    """Give the name of a stage model."""
    return "'lifecycle'"


def stage_tracks() -> dict[str, list[str]]:
    """Give stage models and their stages."""
    return {"lifecycle": ["awareness", "purchase"], "support": ["open_ticket"]}


def long_ago() -> str:
    """Give an instant, whichever."""
    return as_of()


def run_instant() -> str:
    """Give an instant, whichever."""
    return as_of()


def identity_goes_on(relations: list[object], since: object = None) -> bool:
    """Say that a table is built anew."""
    return False


def identifiers_go_on() -> bool:
    """Say that a table is built anew."""
    return False


def identity_edges_before() -> str:
    """Give a relation."""
    return "identity_edges"


def identity_rules() -> list[object]:
    """Give no rules: they are read from a warehouse."""
    return []


def identity_working_rules() -> list[object]:
    """Give no rules: they are read from a warehouse."""
    return []


def component_members(records: object, edges: object) -> None:
    """Give no relation: there is no warehouse."""


def customer_columns() -> list[str]:
    """Give columns of customers."""
    return ["email", "phone"]


def identity_fields() -> list[str]:
    """Give columns of identity_records."""
    return ["first_name", "last_name"]


def time_as_text(expression: str) -> str:
    """Give a text."""
    return f"cast({expression} as text)"


def date_as_text(expression: str) -> str:
    """Give a text."""
    return f"cast({expression} as text)"


def joined_texts(expressions: list[str]) -> str:
    """Give one text."""
    return " || ".join(expressions)


def person_of(records: str) -> str:
    """Give a column of a relation."""
    return f"{records}.first_name"


def normalised_name(expression: str) -> str:
    """Give a text."""
    return f"lower({expression})"


def normalised_email(expression: str) -> str:
    """Give a text."""
    return f"lower({expression})"


def normalised_phone(expression: str) -> str:
    """Give a text."""
    return f"lower({expression})"


def is_purchase() -> str:
    """Give a condition on an order."""
    return "status is null"


def is_activity() -> str:
    """Give a condition on an order."""
    return is_purchase()


def last_day() -> str:
    """Give a day."""
    return "2026-11-21"


def calibration_end() -> str:
    """Give a day."""
    return last_day()


def date_literal(day: object) -> str:
    """Give a day as a literal."""
    return f"cast('{day}' as date)"


def days_in(unit: str) -> int:
    """Give a number of days."""
    return 7


def one_row_each(relation: object, key: str, latest_by: str, belongs_to: object = None) -> str:
    """Give a select."""
    return f"select *\n\n    from {relation}"


def is_return(orders: str) -> str:
    """Give a condition."""
    return f"{orders}.net_amount < 0"


def came_before(one: str, other: str) -> str:
    """Give a condition."""
    return f"{one}.created_at < {other}.created_at"


def data_quality_checks() -> dict[str, list[dict[str, str]]]:
    """Give a check."""
    return {
        "orders": [{"name": "is_odd", "counted": "count(*)", "done": "kept", "to_do": "look"}],
    }


def unreadable_columns(subject: str) -> dict[str, object]:
    """Give no check of a mapped table."""
    return {"relation": None, "checks": []}


def subjects_of_customers() -> list[str]:
    """Give a subject."""
    return ["orders"]


def counted_checks(subject: str, checks: list[dict[str, str]], relation: str) -> str:
    """Give a select of rows."""
    return f"select * from {relation}"


def is_no_probability(scores: str) -> str:
    """Give a condition."""
    return f"{scores}.score > 1"


def first_by(expression: str, order_by: str) -> str:
    """Give an aggregate over the expression."""
    return f"min_by({expression}, {order_by})"


def last_by(expression: str, order_by: str) -> str:
    """Give an aggregate over the expression."""
    return f"max_by({expression}, {order_by})"


def incremental_strategy() -> str:
    """Name the way in which rows are replaced."""
    return "delete+insert"


def adding_strategy() -> str:
    """Name the way in which rows are added."""
    return "append"


def not_yet_in_log(alias: str) -> str:
    """Give a condition."""
    return f"{alias}.occurred_at >= {as_of()}"


def not_yet_read(alias: str, made_of_it: str) -> str:
    """Give a condition."""
    return f"{alias}.written_at > {as_of()}"


def written_at(handed_to: str | None = None) -> str:
    """Give an instant, whichever."""
    return as_of()


def seed_version(name: str) -> str:
    """Give a digest."""
    return "'b1946ac92492'"


def rules_version() -> str:
    """Give a digest."""
    return "'b1946ac92492'"


def sessions_version() -> str:
    """Give a digest."""
    return rules_version()


def due(ledger: str, key: str = "visitor_id") -> str:
    """Give who has something new."""
    return f"select {key} from {ledger}"


def mark_of(ledger: str) -> str:
    """Give an instant, whichever."""
    return as_of()


def pain_points_version() -> str:
    """Give a digest."""
    return rules_version()


def credits_version() -> str:
    """Give a digest."""
    return rules_version()


def stage_paths_version() -> str:
    """Give a version, whichever."""
    return "'6'"


def paths_version() -> str:
    """Give a digest."""
    return rules_version()


def walks_version() -> str:
    """Give a digest."""
    return rules_version()


def log_goes_on(version_column: str, version: str) -> bool:
    """Say that the table goes on, so that the SQL for it is read too."""
    return True


def delete_from_log(condition: str) -> str:
    """Give nothing: hooks are not linted."""
    return ""


def goes_on_after(name: str) -> bool:
    """Say that it is."""
    return True


def relation_before(name: str, columns: dict[str, str]) -> str:
    """Give the relation of a model."""
    return name
