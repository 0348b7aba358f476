choose-title = Choose an account
choose-signed-in = signed in
choose-as = as { $email }
choose-forget = Forget
choose-forget-of = { $email } on this device
choose-other = Use another account
