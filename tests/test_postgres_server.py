"""The server that other tests stand on."""

from __future__ import annotations

import postgres_server


def test_a_new_database_is_empty_and_orders_text_by_code_point(
    postgres: postgres_server.Server,
) -> None:
    connection = postgres.connect(postgres.create_database("order_of_text"))
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(t, '' order by t) from unnest(array['é','Z','a','đ']) t")
        found = cursor.fetchone()
    connection.close()

    assert ("Zaéđ",) == found
