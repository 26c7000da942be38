with

purchases as (

    select * from {{ ref('customer_purchases') }}

),

rfm_segments as (

    select * from {{ ref('rfm_segments') }}

),

buyers as (

    select
        customer_id,
        order_count,
        lifetime_value as monetary,
        last_order_at,
        cast(
            {{ cdp_activate.time_between(
                'last_order_at', cdp_activate.as_of(), 'day'
            ) }}
            as {{ dbt.type_bigint() }}
        ) as recency_days

    from purchases

),

-- Where the second to the fifth bin of each measure begin: one day, one order or
-- one unit of money above a percentile, as in the R package rfm, whose published
-- ten segments this reproduces.
bins as (

    select
        1 + {{ cdp_activate.percentile('recency_days', 0.2) }} as recency_bin_2,
        1 + {{ cdp_activate.percentile('recency_days', 0.4) }} as recency_bin_3,
        1 + {{ cdp_activate.percentile('recency_days', 0.6) }} as recency_bin_4,
        1 + {{ cdp_activate.percentile('recency_days', 0.8) }} as recency_bin_5,
        1 + {{ cdp_activate.percentile('order_count', 0.2) }} as frequency_bin_2,
        1 + {{ cdp_activate.percentile('order_count', 0.4) }} as frequency_bin_3,
        1 + {{ cdp_activate.percentile('order_count', 0.6) }} as frequency_bin_4,
        1 + {{ cdp_activate.percentile('order_count', 0.8) }} as frequency_bin_5,
        1 + {{ cdp_activate.percentile('monetary', 0.2) }} as monetary_bin_2,
        1 + {{ cdp_activate.percentile('monetary', 0.4) }} as monetary_bin_3,
        1 + {{ cdp_activate.percentile('monetary', 0.6) }} as monetary_bin_4,
        1 + {{ cdp_activate.percentile('monetary', 0.8) }} as monetary_bin_5

    from buyers

),

scores as (

    select
        buyers.customer_id,
        buyers.recency_days,
        buyers.order_count,
        buyers.monetary,
        buyers.last_order_at,
        5
        - case when buyers.recency_days >= bins.recency_bin_2 then 1 else 0 end
        - case when buyers.recency_days >= bins.recency_bin_3 then 1 else 0 end
        - case when buyers.recency_days >= bins.recency_bin_4 then 1 else 0 end
        - case when buyers.recency_days >= bins.recency_bin_5 then 1 else 0 end
            as recency_score,
        1
        + case when buyers.order_count >= bins.frequency_bin_2 then 1 else 0 end
        + case when buyers.order_count >= bins.frequency_bin_3 then 1 else 0 end
        + case when buyers.order_count >= bins.frequency_bin_4 then 1 else 0 end
        + case when buyers.order_count >= bins.frequency_bin_5 then 1 else 0 end
            as frequency_score,
        1
        + case when buyers.monetary >= bins.monetary_bin_2 then 1 else 0 end
        + case when buyers.monetary >= bins.monetary_bin_3 then 1 else 0 end
        + case when buyers.monetary >= bins.monetary_bin_4 then 1 else 0 end
        + case when buyers.monetary >= bins.monetary_bin_5 then 1 else 0 end
            as monetary_score

    from buyers

    cross join bins

),

-- At most 125 combinations of scores exist: name those, not every customer.
combinations as (

    select distinct
        recency_score,
        frequency_score,
        monetary_score

    from scores

),

candidates as (

    select
        combinations.recency_score,
        combinations.frequency_score,
        combinations.monetary_score,
        rfm_segments.segment,
        row_number() over (
            partition by
                combinations.recency_score,
                combinations.frequency_score,
                combinations.monetary_score
            order by rfm_segments.priority
        ) as candidate_number

    from combinations

    inner join rfm_segments
        on
            combinations.recency_score
            between rfm_segments.recency_score_from
            and rfm_segments.recency_score_to
            and combinations.frequency_score
            between rfm_segments.frequency_score_from
            and rfm_segments.frequency_score_to
            and combinations.monetary_score
            between rfm_segments.monetary_score_from
            and rfm_segments.monetary_score_to

),

final as (

    select
        ---------- ids
        scores.customer_id,

        ---------- text
        coalesce(candidates.segment, 'Others') as rfm_segment,

        ---------- numerics
        scores.recency_days,
        scores.order_count,
        scores.monetary,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,

        ---------- timestamps
        scores.last_order_at

    from scores

    left join candidates
        on
            scores.recency_score = candidates.recency_score
            and scores.frequency_score = candidates.frequency_score
            and scores.monetary_score = candidates.monetary_score
            and candidates.candidate_number = 1

)

select * from final
