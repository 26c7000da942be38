{{ cdp_activate.input_subject('accounts') }}
