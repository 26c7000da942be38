{{ cdp_activate.input_subject('experiments') }}
