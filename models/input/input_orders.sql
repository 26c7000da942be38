{{ cdp_activate.input_subject('orders') }}
