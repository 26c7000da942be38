{{ cdp_activate.input_subject('messages') }}
