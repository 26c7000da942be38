{{ cdp_activate.input_subject('loyalty') }}
