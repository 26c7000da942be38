-- A rule that names a trait that nobody knows, or compares it in a way that its
-- kind does not have, would never hold. Mend the seed scorecards, or name the
-- trait in the variable cdp_scorecard_traits.

{%- set traits_by_kind = var('cdp_scorecard_traits') -%}
{%- set text_traits = "'" ~ traits_by_kind['text'] | join("',\n'") ~ "'" -%}
{%- set number_traits = "'" ~ traits_by_kind['number'] | join("',\n'") ~ "'" %}
{%- set found -%}
with

scorecards as (

    select * from {{ ref('scorecards') }}

),

final as (

    select
        card,
        trait,
        comparison,
        'name a trait of cdp_scorecard_traits, and compare text with is or is_not, '
        || 'numbers with at_least or below' as remedy

    from scorecards

    where
        not (
            trait in ({{ text_traits }})
            and comparison in ('is', 'is_not', 'is_given', 'is_missing')
        )
        and not (
            trait in ({{ number_traits }})
            and comparison in ('at_least', 'below', 'is_given', 'is_missing')
        )

)

select * from final
{%- endset -%}
{{- cdp_activate.say_what_is_wrong(
    found, "scorecards: on the card {}, the rule of {} compares by {}. To do: {}."
) }}

{{ found }}
