{{ cdp_activate.input_subject('customers') }}
