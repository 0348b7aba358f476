sessions-title = Sessions
sessions-here = Where you’re signed in
sessions-current = this one
sessions-last-seen = last seen <when/>
sessions-signed-in = Signed in <when/>
sessions-signed-in-with = Signed in with { $method } <when/>
sessions-apps = Apps: { $apps }
sessions-end = Sign out
sessions-end-of = of { $browser }
sessions-end-others = Sign out everywhere else
sessions-history = See <history>your recent sign-ins</history>, including failed ones.
sessions-lost = Lost a device?
sessions-lost-text = Sign out on every device and in every app, including here.
sessions-end-all = Sign out everywhere
sessions-ended = That session is signed out.
sessions-ended-before = That session had already ended.
sessions-ended-others = You’re signed out everywhere else.
sessions-browser = { $browser } on { $system }
sessions-browser-unknown = Unknown device

# How somebody signed in. Words of a list.
sessions-method-pwd = password
sessions-method-fed = another provider
sessions-method-second = second factor
sessions-method-otp = authenticator app
sessions-method-passkey = passkey
sessions-method-mail = code by email
sessions-method-recovery = recovery code

# Browsers without the second step.
sessions-trusted = Trusted browsers
sessions-trusted-text = You sign in here without the second step. Changing how you sign in ends this, and so does signing out everywhere.
sessions-trusted-since = Trusted since <since/>, until <until/>
sessions-trusted-used = Last used <when/>
sessions-trusted-end = Stop trusting
sessions-trusted-end-all = Stop trusting all browsers
sessions-trusted-ended = This browser is asked for the second step again.
sessions-trusted-ended-all = Every browser is asked for the second step again.
sessions-trusted-ended-before = That browser was no longer trusted.
