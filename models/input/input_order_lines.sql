{{ cdp_activate.input_subject('order_lines') }}
