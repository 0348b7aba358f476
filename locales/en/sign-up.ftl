sign-up-title = Create your account
sign-up-email-hint = We’ll email you a link to confirm it’s yours.
sign-up-button = Create account
sign-up-sign-in = Already have an account? <link>Sign in</link>
sign-up-username-taken = That username is taken.

# After the form: the same page for every address.
sign-up-sent = Check your email
sign-up-sent-lead = We sent an email to <email>{ $email }</email>. Open the link in it to finish.
sign-up-sent-done = Done already? <link>Continue to sign in</link>.
sign-up-nothing = Nothing there?
sign-up-nothing-text = Wait a minute and check your spam folder. Then ask for another one.
sign-up-sent-again = If this address needs confirming, another email is on its way.

# On the way to an app, with an address that is not confirmed yet.

