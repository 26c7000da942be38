{#
    The latest instant in a column of the table that the calling model builds (or
    of `relation`), as a Python datetime; none when the table is built anew or the
    column is empty. Rows that do not exist yet at `as_of`, left by a run of a later
    day, do not count when `before_as_of`, nor rows for which `condition` does not
    hold.
#}
{% macro latest_in_log(
    column, before_as_of=true, condition='1 = 1', relation=none
) %}

    {%- if not (execute and is_incremental()) -%}
        {{ return(none) }}
    {%- endif -%}

    {%- set query -%}
        select max({{ column }}) from {{ relation or this }} where {{ condition }}
        {%- if before_as_of %} and {{ column }} < {{ cdp_activate.as_of() }}{% endif %}
    {%- endset -%}
    {%- set latest = run_query(query).columns[0].values()[0] -%}
    {%- if latest is none -%}
        {{ return(none) }}
    {%- elif latest is string -%}
        {%- set latest = modules.datetime.datetime.fromisoformat(latest) -%}
    {%- endif -%}
    {%- if latest.tzinfo is not none -%}
        {%- set latest =
            latest.astimezone(modules.pytz.utc).replace(tzinfo=none) -%}
    {%- endif -%}
    {{ return(latest) }}

{% endmacro %}

{#
    Which rows of an input may be missing from the log that the calling model
    keeps: those that happened since the latest that it holds, or at most
    `cdp_late_days` before it, and those loaded since the last that were.

    Call:   where {{ cdp_activate.not_yet_in_log('events') }}
    Output: where (events.occurred_at >= cast('2026-11-18 21:00:00' as timestamp)
                or events.loaded_at >= cast('2026-11-20 03:00:00' as timestamp))

    Everything is missing from a log that is built anew. Rows that say they were loaded
    later than now do not say until when everything was: a clock was wrong.
#}
{% macro not_yet_in_log(alias) %}

    {%- set latest = cdp_activate.latest_in_log('occurred_at') -%}
    {%- if latest is none -%}
        {{- return('1 = 1') -}}
    {%- endif -%}

    {%- set late = modules.datetime.timedelta(days=var('cdp_late_days')) -%}
    {%- set conditions = [
        alias ~ '.occurred_at >= '
        ~ cdp_activate.timestamp_literal(latest - late)
    ] -%}
    {%- set loaded = cdp_activate.latest_in_log(
        'case when loaded_at > ' ~ cdp_activate.as_of() ~ ' and loaded_at > '
        ~ cdp_activate.run_instant() ~ ' then ' ~ cdp_activate.long_ago()
        ~ ' else loaded_at end',
        false
    ) -%}
    {%- if loaded is not none -%}
        {%- do conditions.append(
            alias ~ '.loaded_at >= ' ~ cdp_activate.timestamp_literal(loaded)
        ) -%}
    {%- endif -%}
    {{- return('(' ~ conditions | join(' or ') ~ ')') -}}

{% endmacro %}

{#
    The instant with which a run marks the rows that it writes, `written_at`: its
    `as_of`, or just after the latest mark there is. So each run's mark is later
    than that of the run before, also when a day is repeated or replayed.

    Call:   {{ cdp_activate.written_at() }} as written_at
    Output: cast('2026-11-21 21:41:00' as timestamp) as written_at

    `handed_to` names the table that takes the rows over with their marks, from
    several logs: what is new in it is marked later than all that was there before.
#}
{% macro written_at(handed_to=none) %}
    {%- set latest = [cdp_activate.latest_in_log('written_at', false)] -%}
    {%- if
        handed_to
        and is_incremental()
        and cdp_activate.goes_on_after(handed_to)
    -%}
        {%- do latest.append(cdp_activate.latest_in_log(
            'written_at', false,
            relation=cdp_activate.relation_before(handed_to, {})
        )) -%}
    {%- endif -%}
    {%- set latest = latest | reject('none') | list -%}
    {%- set now = cdp_activate.as_of_instant() -%}
    {%- if latest and latest | max >= now -%}
        {%- set now = latest | max + modules.datetime.timedelta(microseconds=1) -%}
    {%- endif -%}
    {{- return(cdp_activate.timestamp_literal(now)) -}}
{% endmacro %}

{#
    Which rows of a log the calling model has not read yet: those marked later
    than the latest mark among the rows that it made of them.

    Call:   where {{ cdp_activate.not_yet_read('events', "subject = 'events'") }}
    Output: where events.written_at > cast('2026-11-21 21:41:00' as timestamp)
#}
{% macro not_yet_read(alias, made_of_it) %}
    {%- set latest = cdp_activate.latest_in_log('written_at', false, made_of_it) -%}
    {%- if latest is none -%}
        {{- return('1 = 1') -}}
    {%- endif -%}
    {{- return(
        alias ~ '.written_at > ' ~ cdp_activate.timestamp_literal(latest)
    ) -}}
{% endmacro %}

{#
    The version of a seed, as a literal: a digest of its file. Where a project has
    a model of its own in the seed's place, nobody knows.

    Call:   {{ cdp_activate.seed_version('stage_models') }} as rules_version
    Output: 'd41d8cd98f00' as rules_version
#}
{% macro seed_version(name) %}
    {%- set found = namespace(version='unknown') -%}
    {%- if execute -%}
        {%- for node in graph.get('nodes', {}).values()
            if node.resource_type == 'seed' and node.name == name -%}
            {%- set found.version = node.checksum.checksum[:12] -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return("'" ~ found.version ~ "'") -}}
{% endmacro %}

{#
    Whether the table that the calling model builds goes on from what it holds. It
    does not when it is built anew, nor when `version_column` says that it was made
    by other rules than today's.
#}
{% macro log_goes_on(version_column, version) %}
    {%- if not (execute and is_incremental()) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set query -%}
        select count(*) from {{ this }} where {{ version_column }} <> {{ version }}
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0] | int == 0) }}
{% endmacro %}

{#
    Before an incremental run: rows leave the table that must not be in it.

    Call:   config(pre_hook="{{ cdp_activate.delete_from_log('...condition...') }}")
    Output: delete from customer_events where ...condition...

    Nothing when the table is built anew.
#}
{% macro delete_from_log(condition) %}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} where {{ condition }}
    {%- endif -%}
{% endmacro %}

{# What happens at or after `as_of`, left by a run of a later day. #}
{% macro delete_not_yet_happened() %}
    {{- return(cdp_activate.delete_from_log(
        'occurred_at >= ' ~ cdp_activate.as_of()
    )) -}}
{% endmacro %}

{# Messages to people who are not, or no longer, among the customers. #}
{% macro delete_messages_to_strangers(customer_ids) %}
    {{- return(cdp_activate.delete_from_log(
        'source_customer_id not in (select source_customer_id from '
        ~ customer_ids ~ ')'
    )) -}}
{% endmacro %}
