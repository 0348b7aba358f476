register-address-title = Correct your email
register-address-lead = Your name and password stay as you entered them.
register-address-button = Send the email there
register-address-back = Back
