{{ cdp_activate.input_subject('opportunities') }}
