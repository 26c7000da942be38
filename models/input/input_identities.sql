{{ cdp_activate.input_subject('identities') }}
