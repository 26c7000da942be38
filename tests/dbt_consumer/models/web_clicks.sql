-- Mapped by ref: brings the web tracker's own names into those of the contract.
select
    click_id as event_id,
    person as customer_id,
    browser as anonymous_id,
    clicked_at as occurred_at,
    action as event_name,
    'web' as channel

from tracker.clicks
