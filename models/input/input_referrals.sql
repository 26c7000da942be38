{{ cdp_activate.input_subject('referrals') }}
