disown-title = Wasn’t this you?
disown-lead = Then someone else may know your password. We’ll sign your account out on every device and in every app, and email you a link for a new password.
disown-button = This wasn’t me
disown-was-me = It was you? Then close this page. Nothing has changed.
disown-done = Signed out everywhere
disown-done-lead = One step left: choose a new password. An email with a link is on its way.
disown-until-then = Until then, someone who knows your password can sign in again. No email? <link>Get another one</link>.
