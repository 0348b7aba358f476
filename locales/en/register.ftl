### Who may register, and what comes between registering and the account.

register-closed = Sign-up is closed
register-closed-lead = You can’t create an account here. If you have one, sign in.
register-invited = You need an invitation
register-invited-lead = Only invited people can create an account here. Open the link in your invitation. If it no longer works, ask for another one.
register-ended = This invitation no longer works
register-ended-lead = It was already used, was withdrawn, or has expired. If you used it, sign in. Otherwise, ask for another one.
register-without = Create an account without an invitation
register-signed-in = This browser is signed in as <email>{ $email }</email>. When you confirm the new account, it replaces that one here. <link>Keep your account</link>
register-domain = Use an email at one of these domains: { $domains }.
register-invitation-wrong = This invitation is for another email, or it no longer works.
register-waiting = Your account waits for approval
register-waiting-lead = Your email is confirmed. Someone looks at your account before you can use it. We email you as soon as that’s done.
register-approval-hint = Someone approves new accounts here. We email you when yours is ready.
register-waiting-sign-in = Your account still waits for approval. We email you when it’s ready.
