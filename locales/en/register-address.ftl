register-address-title = Correct your email
register-address-lead = Everything else stays as you entered it.
register-address-button = Send the email there
register-address-back = Back
