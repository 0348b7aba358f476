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
