with

assignments as (

    select * from {{ ref('experiment_assignments') }}

),

numbered_assignments as (

    select
        experiment,
        customer_id,
        variant,
        source,
        assigned_at,
        min(variant) over (
            partition by experiment, customer_id
        ) <> max(variant) over (
            partition by experiment, customer_id
        ) as has_switched,
        row_number() over (
            partition by experiment, customer_id
            order by assigned_at, assignment_id
        ) as assignment_number

    from assignments

),

final as (

    select
        ---------- ids
        experiment,
        customer_id,

        ---------- text
        variant,
        source,

        ---------- booleans
        has_switched,

        ---------- timestamps
        assigned_at

    from numbered_assignments

    where assignment_number = 1

)

select * from final
