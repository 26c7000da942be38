{{ cdp_activate.input_subject('feedback') }}
