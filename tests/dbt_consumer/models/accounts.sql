select 'acme' as account_id
