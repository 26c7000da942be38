{{ cdp_activate.input_subject('tickets') }}
