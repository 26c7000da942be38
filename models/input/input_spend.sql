{{ cdp_activate.input_subject('spend') }}
