code-title = Enter your code
code-recovery-title = Enter a recovery code
code-recovery = Recovery code
code-recovery-hint = It looks like ABCD-2345-EFGH. Each code works once.
code-app = Code from your authenticator app
code-use-app = Use your authenticator app instead
code-use-recovery = Use a recovery code instead
code-missing = Enter the code.
code-app-wrong = That code is wrong or was already used. Wait until your app shows the next one.
code-recovery-wrong = That’s not one of your recovery codes, or it was already used.
code-late = Sign in again. After your password, you have { $minutes } minutes to enter the code.
code-use-mail = Email me a code instead
code-use-mail-lead = We sent a code to your email. It works in this browser for 10 minutes.
code-mail-over = That code no longer works. Send another one.
code-mail-limited = We sent several codes already. Use the latest one, or try again later.
code-trust = { $days ->
    [one] Don’t ask for a code in this browser for a day
   *[other] Don’t ask for a code in this browser for { $days } days
}
code-trust-hint = Only on a device of your own.
