{#
    Deletes the rows of the keys that the latest run has written which it did not
    write: after a run, since the rows of before say which keys are to be looked at
    again; and before the next, should the run have died in between.
#}
{% macro delete_edges_replaced() %}
    {%- if execute and is_incremental() -%}
        {%- set latest = cdp_activate.latest_note(this) -%}
        delete from {{ this }}
        where
            noted_at < {{ latest }}
            and edge_key in (
                select edge_key from {{ this }} where noted_at = {{ latest }}
            )
    {%- endif -%}
{% endmacro %}
