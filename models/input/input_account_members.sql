{{ cdp_activate.input_subject('account_members') }}
