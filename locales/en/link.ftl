link-expired = This link no longer works
link-expired-lead = It was already used, was replaced by a newer email, or has expired.
link-expired-activated = If your account is active, just sign in.
link-new = Get a new link
link-new-password = Choose a new password
