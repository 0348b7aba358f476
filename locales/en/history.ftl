history-title = Your sign-ins
history-lead = From the last 90 days, newest first. Was it someone else? <password>Change your password</password>.
history-latest = Recent sign-ins
history-earlier = Earlier sign-ins
history-none = No sign-ins yet.
history-none-earlier = No earlier sign-ins.
history-failed = failed
history-for-app = for { $app }
history-newest = Newest
history-older = Older
history-back = Back to sessions

# What happened.
history-upstream = Signed in with { $provider }
history-upstream-totp = Signed in with { $provider } and authenticator app
history-upstream-recovery-code = Signed in with { $provider } and recovery code
history-upstream-wrong-code = Signed in with { $provider }, wrong code
history-password = Signed in with password
history-password-totp = Signed in with password and authenticator app
history-password-recovery-code = Signed in with password and recovery code
history-confirmed = Password confirmed
history-half = Right password, code requested
history-wrong-password = Wrong password
history-wrong-code = Right password, wrong code
history-blocked = Too many wrong codes
