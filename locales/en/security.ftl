security-title = Security
security-save-codes = Save your recovery codes
security-save-codes-text = Without them, losing your phone can lock you out of your account.
security-show-codes = Show the codes
security-two-step = Two-step sign-in
security-on = on
security-off = off
security-on-text =
    { $password ->
        [none] You sign in with a code as the second step.
       *[other] You sign in with your password and a code.
    }
security-app = Authenticator app
security-app-since = Set up on <when/>
security-last-used = Last used <when/>
security-remove = Remove
security-remove-app = the authenticator app
security-codes = Recovery codes
security-codes-few =
    { $count ->
        [0] none left
        [1] one left
       *[other] { $count } left
    }
security-codes-left = { $count } of { $of } left. They sign you in without your app or passkey.
security-codes-make = Make new ones before you need one.
security-codes-made = Created on <when/>
security-codes-renew = Replace
security-codes-renew-of = the recovery codes
security-off-text =
    { $password ->
        [none] One step is enough to sign in to your account. Add a second one, and someone who gets past the first still can’t get in.
       *[other] Your password alone opens your account. Add a second step, and a stolen password is no longer enough.
    }
security-why-app = An app on your phone shows a code
security-why-app-text = Any authenticator app works, including the one in your password manager.
security-why-code =
    { $password ->
        [none] You enter it as the second step of signing in
       *[other] You enter it after your password
    }
security-why-code-text = It changes every 30 seconds, and works without a network.
security-why-recovery = Recovery codes let you in without the phone
security-why-recovery-text = You get { $of } of them to keep in a safe place.
security-set-up = Set up an authenticator app
security-confirm-first = Before you set it up, <link>confirm your email</link>.

# Said once, after a form.
security-notice-on = Two-step sign-in is on. Keep your recovery codes in a safe place.
security-notice-saved = Keep your recovery codes in a safe place. The earlier ones no longer work.
security-notice-removed =
    { $password ->
        [none] The authenticator app is removed. One step is now enough to sign in.
       *[other] The authenticator app is removed. You sign in with your password alone.
    }
security-notice-app-removed = The authenticator app is removed. Your passkeys stay.
security-notice-key-added = Your passkey is ready to use.
security-notice-key-renamed = The passkey has its new name.
security-notice-key-removed = The passkey is removed.
security-notice-key-gone = This passkey was removed already.
security-notice-key-last = This passkey is your only way to sign in. Set a password or add another passkey first.
security-notice-no-passkeys = Passkeys do not work at this address.
security-notice-with-password = Password added. You’re signed out on all other devices.
security-notice-cancelled = Nothing was changed.
security-notice-expired = That set-up is no longer open. Start again.
security-notice-on-already = Your account already has an authenticator app.
security-notice-off-already = Your account has no authenticator app.
security-notice-codes-hidden = Recovery codes are shown only once. If you didn’t save them, make new ones.
security-notice-unconfirmed = Confirm your email first, on the Profile page.

# Before a change.
security-proof = Confirm it’s you
security-proof-again = Enter your password again
security-proof-text = This changes how you sign in. After this, we won’t ask again for ten minutes.
security-proof-missing = Enter your password.
security-proof-wrong = That’s not your password. After too many attempts, this pauses for a few minutes.
security-proof-forgot = Forgot it? <link>Choose a new password</link>.
security-not-now = Not now
security-remove-title = Remove the authenticator app?
security-remove-ends = Two-step sign-in ends
security-remove-text =
    { $password ->
        [none] One step will be enough to sign in, and your recovery codes stop working. To move to a new phone, remove the app here and set it up again.
       *[other] Your password alone will open your account, and your recovery codes stop working. To move to a new phone, remove the app here and set it up again.
    }
security-remove-button = Remove the app
security-remove-keep = Keep it
security-renew-title = Make new recovery codes?
security-renew-ends = Your current codes stop working
security-renew-text = Replace them when you’ve used most of them, or when someone else may have seen them.
security-renew-button = Make new codes

# The codes, shown once.
security-codes-only-now = You see these codes only now
security-codes-text =
    { $password ->
        [none] Each one takes the place of your app or passkey once, when neither is at hand. Keep them where you can find them without your phone.
       *[other] Each one signs you in once, together with your password, when your app or passkey is not at hand. Keep them where you can find them without your phone.
    }
security-codes-keep = Print this page, write the codes down, or <link>download them as a text file</link>.
security-codes-saved = I saved these codes
security-codes-file = Recovery codes for { $server } ({ $issuer })
security-codes-file-account = Account: { $email }
security-codes-file-made = Created: { $day }
security-codes-file-text =
    { $password ->
        [none] Each code takes the place of your authenticator app or passkey once, when neither is at hand.
       *[other] Each code signs you in once, together with your password, when your authenticator app or passkey is not at hand.
    }

# The set-up.
security-app-title = Set up your authenticator app
security-app-required =
    { $password ->
        [none] Your account needs a second step. Set up an authenticator app once. From then on, you enter its code each time you sign in.
       *[other] Your account needs a second step. Set up an authenticator app once. From then on, you enter its code after your password.
    }
security-app-for =
    { $password ->
        [none] <app>{ $app }</app> asks for a second step. Set up an authenticator app once. From then on, you enter its code each time you sign in.
       *[other] <app>{ $app }</app> asks for a second step. Set up an authenticator app once. From then on, you enter its code after your password.
    }
security-app-add = 1. Add your account to the app
security-app-scan = Scan this code with the app.
security-app-here = Is the app on this device? <link>Open it</link>.
security-app-or-key = Or enter this key in the app:
security-app-key = Enter this key in the app:
security-app-service = Service
security-app-kind = Type
security-app-kind-text = Time-based, 6 digits
security-app-enter = 2. Enter the code the app shows
security-app-code = Code from the app
security-app-code-hint = Six digits. A new code appears every 30 seconds.
security-app-code-missing = Enter the code the app shows.
security-app-code-wrong = That’s not the code the app shows now. Is your device’s clock right?
security-app-turn-on = Turn on two-step sign-in
security-app-hour = This page works for an hour.
