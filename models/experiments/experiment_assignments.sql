with

experiments as (

    select * from {{ ref('input_experiments') }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

audience_history as (

    select history.* from {{ cdp_activate.audience_history() }} as history

    where history.entered_at < {{ cdp_activate.as_of() }}

),

-- An audience is an experiment when some of its members are in a variant: the
-- others, who get what everyone gets, are treated.
divided_audiences as (

    select distinct audience

    from audience_history

    where variant is not null

),

assignments as (

    select
        'input' as source,
        experiments.experiment,
        customer_ids.customer_id,
        experiments.variant,
        experiments.assigned_at

    from experiments

    inner join customer_ids
        on experiments.customer_id = customer_ids.source_customer_id

    where
        experiments.assigned_at < {{ cdp_activate.as_of() }}
        and experiments.experiment is not null
        and experiments.variant is not null

    union all

    select
        'audience' as source,
        audience_history.audience as experiment,
        customer_ids.customer_id,
        coalesce(audience_history.variant, 'treated') as variant,
        audience_history.entered_at as assigned_at

    from audience_history

    inner join divided_audiences
        on audience_history.audience = divided_audiences.audience

    inner join customer_ids
        on audience_history.entity_key = customer_ids.source_customer_id

),

final as (

    select distinct
        ---------- ids
        {{ dbt.hash(dbt.concat([
            'experiment', "'|'", 'customer_id', "'|'", 'variant', "'|'",
            cdp_activate.time_as_text('assigned_at'),
        ])) }} as assignment_id,
        customer_id,

        ---------- text
        experiment,
        variant,
        source,

        ---------- timestamps
        assigned_at

    from assignments

)

select * from final
