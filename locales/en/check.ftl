### The check of a browser before a form is accepted: by its script, or by a code in a mail.

check-needed = Too many sign-ins failed on your network. Enter your details again. Your browser solves a short check this time.
check-working = Checking your browser. This takes a few seconds.
check-failed = Your browser couldn’t solve the check.
check-by-mail = Get a code by email instead
check-no-script = Your network needs a check that takes JavaScript. You can also <link>get a code by email</link>.
check-guessed = Someone is guessing the password of this account. To sign in with a new browser, get a code by email first.
check-title = Get a code by email
check-lead = We email you a code. After you enter it, you can go on in this browser.
check-send = Send code
check-back = Back
check-done = Thanks, you can go on. Enter your details once more.
check-email-invalid = Enter a valid email.

check-code-title = Check your email
check-code-lead = If <email>{ $email }</email> can be used here, a code is on its way. Enter it in this browser.
check-code-label = Code
check-code-hint = It looks like ABCD-2345.
check-code-button = Continue
check-code-again = Send another code
check-code-missing = Enter the code from the email.
check-code-wrong = That’s not the code from the email.
check-code-over = That code no longer works. Send another one.
