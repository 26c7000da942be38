-- written by `cdp-activate compile` for all audiences; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

{{ cdp_activate.audience_members([
    {'audience': 'birthday_this_week', 'model': ref('audience_birthday_this_week'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'cart_abandoners', 'model': ref('audience_cart_abandoners'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'club_advocates', 'model': ref('audience_club_advocates'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'comparing_pens', 'model': ref('audience_comparing_pens'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'curious_newcomers', 'model': ref('audience_curious_newcomers'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'lapsed_best_customers', 'model': ref('audience_lapsed_best_customers'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'schools_and_studios', 'model': ref('audience_schools_and_studios'), 'key': 'account_id', 'kind': 'text'},
    {'audience': 'service_recovery', 'model': ref('audience_service_recovery'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'struggling_with_the_nib', 'model': ref('audience_struggling_with_the_nib'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'time_for_a_refill', 'model': ref('audience_time_for_a_refill'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'unengaged_subscribers', 'model': ref('audience_unengaged_subscribers'), 'key': 'customer_id', 'kind': 'text'},
    {'audience': 'vip_seed', 'model': ref('audience_vip_seed'), 'key': 'customer_id', 'kind': 'text'},
]) }}
