with

campaigns as (

    select * from {{ source('complete_journey', 'campaigns') }}

),

campaign_descriptions as (

    select * from {{ source('complete_journey', 'campaign_descriptions') }}

),

final as (

    select
        'direct_mail-' || campaigns.household_id as consent_id,
        cast(campaigns.household_id as {{ dbt.type_string() }}) as customer_id,
        'direct_mail' as purpose,
        'granted' as status,
        min(campaign_descriptions.start_date) as recorded_at,
        'assumed: the retailer mails this household' as source
    from campaigns
    inner join campaign_descriptions
        on campaigns.campaign_id = campaign_descriptions.campaign_id
    group by campaigns.household_id

)

select * from final
