sign-in-title = Sign in
# A certain account has to confirm itself. Its address is shown and fixed.
sign-in-title-known = Confirm it’s you
sign-in-name = Email or username
sign-in-button = Sign in
sign-in-forgot = Forgot your password?
sign-in-register = New here? <link>Create an account</link>
sign-in-name-missing = Enter your email or username.
sign-in-name-too-long = That’s too long for an email or username.
sign-in-password-missing = Enter your password.
sign-in-refused = The email or password is not right. After too many attempts, sign-in pauses for a few minutes.
sign-in-other-account = The app expects another account than the one that just signed in. Use that account, or go back to the app.
sign-in-ended = You’re signed out. Sign in to continue.
sign-in-disabled = This account is disabled. Ask the people who run this service.
