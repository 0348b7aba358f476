sign-up-title = Create your account
sign-up-email-hint = We’ll email you a code to confirm it’s yours.
sign-up-button = Create account
sign-up-sign-in = Already have an account? <link>Sign in</link>
sign-up-username-taken = That username is taken.

# After the form: the same page for every address.
sign-up-sent = Check your email
sign-up-nothing = Nothing there?

# On the way to an app, with an address that is not confirmed yet.

