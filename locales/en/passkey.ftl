passkey-sign-in = Sign in with a passkey
passkey-use = Use a passkey
passkey-use-title = Use your passkey
passkey-use-instead = Use a passkey instead
passkey-needs-script = Passkeys need JavaScript and a browser that supports them. You can use a recovery code instead.
passkey-wanted = This app asks for a passkey. Sign in with yours to continue.
# What a browser reports. The person closed its window, or took too long.
passkey-cancelled = No passkey was used. Try again, or use another way.
passkey-create-cancelled = The passkey was not created. Try again.
passkey-exists = This device or password manager already has a passkey for your account.
passkey-wrong-address = Passkeys do not work at this address.
# Why the server refused a passkey.
passkey-expired = This page was open for too long. Try your passkey again.
passkey-unknown = This passkey does not belong to an account here any more. Use another way to sign in.
passkey-disabled = This account is disabled, so its passkeys cannot sign in.
passkey-refused = That passkey did not work. Try again, or use another way to sign in.
passkey-waits-for-email = Confirm your email first. Use the code or the link in the email we sent you.
passkey-sign-up = Use a passkey instead of a password
passkey-sign-up-refused = The passkey was not created. Try again, or choose a password.
# The pages of one’s security.
passkey-new-title = Add a passkey
passkey-new-heading = Sign in without a password
passkey-new-fast = Your face, finger or PIN is enough
passkey-new-fast-how = Your device or password manager keeps the passkey. It asks for what you use to unlock it.
passkey-new-safe = Nobody can steal it with a fake page
passkey-new-safe-how =
    { $password ->
        [none] A passkey works only at this address. After you add one, signing in always takes it or a code.
       *[other] A passkey works only at this address. After you add one, your password alone no longer signs you in.
    }
passkey-new-button = Create a passkey
passkey-new-missing = To create a passkey, you need JavaScript and a browser that supports passkeys.
passkey-new-for-app = <app>{ $app }</app> asks for a passkey. Add one to continue.
passkey-new-for-device = What you sign in to asks for a passkey. Add one to continue.
passkey-add = Add a passkey
passkey-add-instead = Add a passkey instead
passkey-not-added = The passkey was not added. Try again.
passkey-too-many = You have 20 passkeys. Remove one before you add another.
passkey-list = Passkeys
passkey-list-what =
    { $password ->
        [none] Sign in with your face, finger or device PIN.
       *[other] Sign in with your face, finger or device PIN instead of your password.
    }
passkey-list-added = Added <time/>
passkey-list-used = Last used <time/>
passkey-list-unused = Not used yet
passkey-synced = synced
passkey-rename = Rename
passkey-remove = Remove
passkey-unconfirmed = Before you add one, <link>confirm your email</link>.
passkey-only = You sign in with a passkey, and have no password.
passkey-two-step = Your password alone does not sign you in. It also takes a passkey or a code.
passkey-app-off =
    { $password ->
        [none] Not set up. It is the second step when you sign in by mail.
       *[other] Not set up. It is another way in when your passkey is not at hand.
    }
passkey-app-set-up = Set up
passkey-app-remove-heading = Your passkeys stay
passkey-app-remove-what =
    { $password ->
        [none] You can still sign in with a passkey. Your recovery codes keep working.
       *[other] You can still sign in with a passkey, or with your password and a recovery code.
    }
passkey-rename-title = Rename the passkey
passkey-rename-button = Save
passkey-name = Name
passkey-name-hint = For example, where you keep it: “Work phone”.
passkey-name-missing = Enter a name.
passkey-name-too-long = Use at most 100 characters.
passkey-remove-title = Remove the passkey?
passkey-remove-what = It can no longer sign you in. You can also delete it in your password manager or device settings.
passkey-remove-button = Remove the passkey
passkey-confirm-missing = To go on, you need JavaScript and a browser that supports passkeys.
