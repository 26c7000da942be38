with

transactions as (

    select * from {{ source('complete_journey', 'transactions') }}

),

campaigns as (

    select * from {{ source('complete_journey', 'campaigns') }}

),

campaign_descriptions as (

    select * from {{ source('complete_journey', 'campaign_descriptions') }}

),

demographics as (

    select * from {{ source('complete_journey', 'demographics') }}

),

appearances as (

    select
        transactions.household_id,
        min(transactions.transaction_timestamp) as appeared_at
    from transactions
    group by transactions.household_id

    union all

    select
        campaigns.household_id,
        min(campaign_descriptions.start_date) as appeared_at
    from campaigns
    inner join campaign_descriptions
        on campaigns.campaign_id = campaign_descriptions.campaign_id
    group by campaigns.household_id

),

first_appearances as (

    select
        appearances.household_id,
        min(appearances.appeared_at) as appeared_at
    from appearances
    group by appearances.household_id

),

final as (

    select
        cast(first_appearances.household_id as {{ dbt.type_string() }})
            as customer_id,
        'US' as country,
        case
            when demographics.household_id is not null
                then cast(
                    json_object(
                        'age', demographics.age,
                        'income', demographics.income,
                        'home_ownership', demographics.home_ownership,
                        'marital_status', demographics.marital_status,
                        'household_size', demographics.household_size,
                        'household_comp', demographics.household_comp,
                        'kids_count', demographics.kids_count
                    ) as {{ dbt.type_string() }}
                )
        end as attributes,
        first_appearances.appeared_at as created_at
    from first_appearances
    left join demographics
        on first_appearances.household_id = demographics.household_id

)

select * from final
