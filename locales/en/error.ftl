### The error pages. A title for each status, a text for each code of an error.

error-title-400 = There’s a problem with this request
error-title-403 = You can’t do that
error-title-404 = Page not found
error-title-405 = This page can’t be used that way
error-title-408 = That took too long
error-title-410 = This page has expired
error-title-413 = The request is too large
error-title-421 = This page has another address
error-title-429 = Too many attempts
error-title-500 = Something went wrong on our side
error-title-503 = Back in a moment

# For a code without a text of its own.
error-other = The request could not be completed. Go back and try again.
error-invalid-request = Go back to the app and try again. If this happens every time, tell the people who run it.
error-field-too-long = Something in the request is too long. Go back and shorten it.
error-body-too-large = Go back and send less.
error-unsupported-media-type = The request has a format that this page doesn’t take.
error-request-timeout = The request took too long to arrive. Check your connection and try again.
error-method-not-allowed = Open the page again from the start.
error-wrong-host = A link led to this server under another name. The people who run it can fix that.
error-csrf-failed = This form is too old, or it was not sent from our page. Go back, reload the page and try again.
error-forbidden = Only an administrator who is signed in can open this page.
error-not-found = There’s nothing at this address.
error-mail-not-found = This email is not in the mailbox.
error-logo-not-found = There’s no such picture.
error-account-not-found = This account doesn’t exist any more.
error-client-unreachable = The site of this app doesn’t answer. Try again in a moment.
error-too-many-requests = { $minutes ->
    [0] Too many requests came from your network. Wait a little, and then try again.
    [one] Too many requests came from your network. Try again in a minute.
   *[other] Too many requests came from your network. Try again in { $minutes } minutes.
}
error-too-many-attempts = { $minutes ->
    [0] Sign-in is paused here, after too many attempts. Wait a little, and then try again.
    [one] Sign-in is paused here, after too many attempts. Try again in a minute.
   *[other] Sign-in is paused here, after too many attempts. Try again in { $minutes } minutes.
}
error-hashing-busy = Many people are signing in right now. Try again in a moment.
error-starting = The service is starting. Try again in a moment.
error-temporarily-unavailable = The service is unavailable for a moment. Try again.
error-administrator-required = Only people with a role of the administration can open this page. Ask an administrator for one.
error-insufficient-scope = Your role does not allow this.
error-beyond-your-roles = The roles of this account allow more than yours. Ask somebody who may do as much.
error-console-sign-in-lost = The sign-in took too long, or began in another browser. Try again.
error-console-sign-in-refused = The sign-in was refused.
error-server-error = We made a note of it. Try again in a moment.

error-back-to-start = Go to the start page
error-try-again = Try again
error-sign-out-here = Sign out here
error-quote = If you ask for help, quote <id>{ $id }</id> (status { $status }).

# Mistakes of an app, for the person that it sent here.
error-unknown-app = We don’t know this app
error-unknown-app-text = The app that sent you here is not registered. Tell the people who run it.
error-return-address = We can’t send you back to this app
error-return-address-text = The app that sent you here gave a return address that is not registered. Tell the people who run it.
error-of-app = The app made a mistake in its request
error-of-app-text = Go back to the app and try again. If this happens every time, tell the people who run it.

error-for-developer = For the developer of the app
error-detail-error = Error
error-detail-reason = Reason
error-detail-got = Got
error-detail-registered = Registered
error-only-here = Only a server with an issuer on this machine shows this.

# The sign-in page was finished elsewhere, or open for too long.
error-lost = This sign-in page is no longer valid
error-lost-text = You may have finished it in another tab, or left it open for too long. Nothing is lost.
error-lost-continue = Continue to { $app }
error-lost-again = Start again
