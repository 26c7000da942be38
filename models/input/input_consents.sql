{{ cdp_activate.input_subject('consents') }}
