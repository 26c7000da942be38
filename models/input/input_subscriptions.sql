{{ cdp_activate.input_subject('subscriptions') }}
