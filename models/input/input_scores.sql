{{ cdp_activate.input_subject('scores') }}
