{{ cdp_activate.input_subject('events') }}
