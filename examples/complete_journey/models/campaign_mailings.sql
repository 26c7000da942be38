with

campaigns as (

    select * from {{ source('complete_journey', 'campaigns') }}

),

campaign_descriptions as (

    select * from {{ source('complete_journey', 'campaign_descriptions') }}

),

mailings as (

    select
        campaigns.campaign_id || '-' || campaigns.household_id as message_id,
        cast(campaigns.household_id as {{ dbt.type_string() }}) as customer_id,
        campaign_descriptions.start_date as occurred_at,
        'campaign_' || campaigns.campaign_id as campaign_id,
        'Campaign '
        || campaigns.campaign_id
        || ', '
        || campaign_descriptions.campaign_type as campaign_name
    from campaigns
    inner join campaign_descriptions
        on campaigns.campaign_id = campaign_descriptions.campaign_id

),

steps as (

    select 'sent' as message_event

    union all

    select 'delivered' as message_event

),

final as (

    select
        mailings.message_id || '-' || steps.message_event as message_event_id,
        mailings.message_id,
        mailings.customer_id,
        mailings.occurred_at,
        'direct_mail' as channel,
        steps.message_event,
        mailings.campaign_id,
        mailings.campaign_name
    from mailings
    cross join steps

)

select * from final
