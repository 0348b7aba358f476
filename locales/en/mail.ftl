### The mails. Each has a subject, a preview beside it in the list of a mail program, a heading, and the words of its button.

# The name of the zone follows the time.
mail-when = { $time } { $zone }
mail-hello = Hello { $name },
mail-hello-nobody = Hello,
mail-code = If the page asks for a code, enter this one:
mail-once = The link and the code work once, until { $when }.
mail-if-you = If this was you, you don’t need to do anything.
mail-button-help = Button not working? Copy this address into your browser:
mail-text-link = { $what }:
mail-sent-by = Sent by { $server }
mail-browser = { $browser } on { $system }
mail-browser-unknown = a device we can’t name

mail-activation =
    .subject = Activate your { $server } account
    .preview = One step left: confirm your email. Your code is { $code }.
    .heading = Activate your account
    .body = Someone, most likely you, signed up at { $server } with this email. Confirm that it’s yours, and your account is ready.
    .action = Activate account
    .note = Didn’t sign up? Ignore this email. Without the link or the code, nobody can use your address.

mail-registered =
    .subject = You already have a { $server } account
    .preview = Someone tried to sign up with your email. Here’s how to sign in instead.
    .heading = You already have an account
    .body = Someone, most likely you, tried to sign up at { $server } with this email. It has an account already, so we didn’t create another one. You can sign in.
    .action = Sign in
    .forgot = Forgot your password? Choose a new one: { $link }
    .note = Wasn’t you? You don’t need to do anything. The other person learned nothing about your account.

mail-reset =
    .subject = Reset your { $server } password
    .preview = Here’s the link to choose a new password. Not you? Ignore this email.
    .heading = Choose a new password
    .body = Someone, most likely you, asked for a new password for your { $server } account. Your current password works until you choose another one.
    .action = Choose a new password
    .note = Didn’t ask for this? Ignore this email, and never give the code to anyone. Your password stays the same.

mail-password-changed =
    .subject = Your { $server } password was changed
    .heading = Your password was changed
    .body = The password of your { $server } account was changed on { $when }.
    .next = If this was you, you don’t need to do anything. If it wasn’t, take your account back now:
    .action = Choose a new password

mail-factor =
    .when = This happened on { $when }.
    .left = { $count ->
        [0] No recovery codes are left.
        [one] One recovery code is left.
       *[other] { $count } recovery codes are left.
    }
    .renew = Make new ones before you need them.
    .next = If this wasn’t you, check your account now:
    .action = Check your account
    .note = Was it someone else? Choose a new password too: { $link }

mail-factor-added =
    .subject = Two-step sign-in is on for your { $server } account
    .heading = Two-step sign-in is on
    .body = An authenticator app was added to your account. From now on, signing in also takes a code from this app.
mail-factor-removed =
    .subject = Two-step sign-in is off for your { $server } account
    .heading = Two-step sign-in is off
    .body = The authenticator app was removed from your account. Signing in no longer takes a second step.
mail-factor-app-removed =
    .subject = The authenticator app of your { $server } account was removed
    .heading = Authenticator app removed
    .body = The authenticator app was removed from your account. Your passkeys stay.
mail-factor-passkey-added =
    .subject = A passkey was added to your { $server } account
    .heading = Passkey added
    .body = The passkey “{ $passkey }” was added to your account. It signs you in without your password.
mail-factor-passkey-removed =
    .subject = A passkey was removed from your { $server } account
    .heading = Passkey removed
    .body = The passkey “{ $passkey }” was removed from your account.
mail-factor-last-passkey-removed =
    .subject = Two-step sign-in is off for your { $server } account
    .heading = Two-step sign-in is off
    .body = The passkey “{ $passkey }” was removed from your account. Signing in no longer takes a second step.
mail-factor-passkey-copied =
    .subject = A passkey of your { $server } account may have been copied
    .heading = A passkey may have been copied
    .body = Someone signed in with the passkey “{ $passkey }”, and its counter went back. This can happen when a copy of a security key is used. Remove the passkey if you do not trust it.
mail-factor-reset =
    .subject = Two-step sign-in was reset for your { $server } account
    .heading = Two-step sign-in was reset
    .body = An administrator removed the authenticator app, the passkeys and the recovery codes of your account. All sessions ended. Signing in no longer takes a second step.
mail-factor-codes-renewed =
    .subject = Your { $server } account has new recovery codes
    .heading = New recovery codes
    .body = New recovery codes were made for your account. The earlier ones no longer work.
mail-factor-code-used =
    .subject = A recovery code was used for your { $server } account
    .heading = A recovery code was used
    .body = Someone signed in to your account, with a recovery code as the second step.
mail-factor-codes-guessed =
    .subject = Wrong codes for your { $server } account
    .heading = Someone entered wrong codes
    .body = Someone passed the first step of signing in, and then entered too many wrong codes. Nobody got in, and codes are paused for a few minutes. If it wasn’t you, someone else knows your password or uses an account that is connected with yours.

mail-upstream-connected =
    .subject = { $provider } can now sign you in to { $server }
    .heading = { $provider } is connected
    .body = { $operator ->
        [yes] An administrator connected a { $provider } account to your { $server } account. It can now sign you in.
       *[other] A { $provider } account was connected to your { $server } account. It can now sign you in.
    }
mail-upstream-disconnected =
    .subject = { $provider } no longer signs you in to { $server }
    .heading = { $provider } is disconnected
    .body = { $operator ->
        [yes] An administrator disconnected your { $provider } account from your { $server } account. It no longer signs you in.
       *[other] Your { $provider } account was disconnected from your { $server } account. It no longer signs you in.
    }

mail-password-guessed =
    .subject = Someone is guessing your { $server } password
    .preview = Nobody got in. Browsers that you use are not affected.
    .heading = Someone is guessing your password
    .body = Since { $when }, there were many failed sign-ins to your { $server } account, from different places. None of them knew your password.
    .more = Browsers where you signed in before work as usual. Any other browser now also needs a code from your email.
    .next = If you use the same password elsewhere, choose a new one:
    .action = Choose a new password
    .note = You get this email once a day at most. Never give a code from your email to anyone.

mail-check-code =
    .subject = Your { $server } code
    .preview = Your code is { $code }.
    .heading = Enter this code
    .body = Enter this code on the { $server } page that asked for it, in the same browser. It works until { $when }.
    .action = Enter the code
    .code = Your code:
    .note = Didn’t ask for a code? Ignore this email, and never give the code to anyone.

mail-factor-reset-planned =
    .subject = Your { $server } second factor will be removed
    .preview = You can stop this until { $when }.
    .heading = Your second factor will be removed
    .body = An administrator was asked to remove the second factors of your { $server } account. This happens on { $when }. Then all sessions end, and your password alone signs you in.
    .next = If you asked for this because you lost your phone, wait until then. If you didn’t ask, stop it now:
    .action = Keep my second factor
    .note = Signing in with your second factor stops it as well.
    .stranger = Didn’t ask for this? Someone may know your password. Choose a new one: { $link }

mail-new-browser =
    .subject = New sign-in to your { $server } account
    .heading = New sign-in to your account
    .body = Someone, most likely you, signed in to your { $server } account from a browser or app that is new for it.
    .facts = { $named ->
        [yes] It was { $browser } in the app { $app }, on { $when }, from the network address { $ip }.
       *[no] It was { $browser }, on { $when }, from the network address { $ip }.
    }
    .next = If this was you, you don’t need to do anything. If it wasn’t, sign out everywhere and choose a new password:
    .action = This wasn’t me
    .note = The link works once, until { $when }. Opening it changes nothing yet.

mail-session-ended =
    .subject = { $named ->
        [yes] { $server } ended your sign-in at { $app }
       *[no] { $server } ended your sign-in at an app
    }
    .preview = A key of that sign-in was used twice. You may have to sign in there again.
    .heading = We ended a sign-in to be safe
    .body = { $named ->
        [yes] On { $when }, a key that keeps you signed in at { $app } was used again, after a new one had replaced it. That can be a fault of the app, or someone has copied the key. So we ended the sign-in.
       *[no] On { $when }, a key that keeps you signed in at an app was used again, after a new one had replaced it. That can be a fault of the app, or someone has copied the key. So we ended the sign-in.
    }
    .next = { $named ->
        [yes] If { $app } asks you to sign in again, this is why. Check your other sign-ins, and end those that aren’t yours:
       *[no] If an app asks you to sign in again, this is why. Check your other sign-ins, and end those that aren’t yours:
    }
    .action = See your sign-ins
    .note = Is one of them not yours? Choose a new password too: { $link }

mail-access-request =
    .subject = { $named ->
        [yes] { $app } asks for access to your { $server } account
       *[no] An app asks for access to your { $server } account
    }
    .preview = Check the request before you answer. Not you? Refuse it, or let it expire.
    .heading = A request is waiting for you
    .body = { $named ->
        [yes] { $app } asks for access to your { $server } account. Someone, most likely you, started this on another device, or with a person who serves you.
       *[no] An app asks for access to your { $server } account. Someone, most likely you, started this on another device, or with a person who serves you.
    }
    .next = See what it asks for, and then allow it or refuse it.
    .action = See the request
    .expiry = The request expires on { $when }.
    .note = Didn’t start this? Refuse it, or do nothing. Nobody gets access without your answer.

mail-test =
    .subject = Test email from { $server }
    .preview = Email leaves the server and arrives here.
    .heading = Email arrives
    .body = An operator of { $server } sent this test on { $when }. Email leaves the server and arrives here.
    .action = Open { $server }
    .note = Didn’t expect it? Ignore this email.

mail-new-address =
    .subject = Confirm your new email for { $server }
    .preview = Confirm that this email is yours. Your code is { $code }.
    .heading = Confirm your new email
    .body = Someone, most likely you, wants to use this email for their { $server } account. Confirm that it’s yours, and sign in with it from then on.
    .action = Confirm this email
    .note = Didn’t ask for this? Ignore this email. Nobody can use your address then.

mail-address-taken =
    .subject = Your email is taken at { $server }
    .preview = This email has an account already, or had one until a few days ago.
    .heading = This email is taken
    .body = Someone, most likely you, wants to use this email for a { $server } account. It has an account already, or had one until a few days ago. So nothing was changed.
    .next = An email that an account had before becomes free after a week.
    .action = Sign in
    .note = Wasn’t you? You don’t need to do anything.

mail-address-once = The link works once, until { $when }.

mail-address-requested =
    .subject = A new email for your { $server } account?
    .heading = Someone asked to change your email
    .body = On { $when }, someone asked to change the email of your account to { $address }. Nothing has changed yet.
    .action = Choose a new password
    .note = If this wasn’t you, someone else knows your password.
mail-address-changed =
    .subject = The email of your { $server } account was changed
    .heading = Your email was changed
    .body = On { $when }, the email of your account was changed to { $address }. If this wasn’t you, take your account back:
    .action = This wasn’t me
    .note = Opening the link changes nothing yet.
mail-address-set =
    .subject = The email of your { $server } account was changed
    .heading = Your email was changed
    .body = On { $when }, an administrator changed the email of your account to { $address }.
    .action = Choose a new password
    .note = Didn’t expect this? Contact support.
mail-address-restored =
    .subject = Your email is no longer used at { $server }
    .heading = A change of email was undone
    .body = On { $when }, the owner of { $address } undid the change to this email. All sessions ended.
    .action = Choose a new password
    .note = Was it your account? Contact support.

mail-deletion-requested =
    .subject = Your { $server } account will be deleted
    .heading = Your account will be deleted
    .body = Your account will be deleted on { $when }. All sessions ended. To keep the account, sign in before then.
mail-deletion-soon =
    .subject = Your { $server } account will be deleted soon
    .heading = Your account will be deleted soon
    .body = Your account will be deleted on { $when }. To keep it, sign in before then.
mail-deletion-cancelled =
    .subject = Your { $server } account will not be deleted
    .heading = Your account stays
    .body = Your account was to be deleted on { $when }. Someone, most likely you, signed in again. So the account stays.

mail-sign-in-code =
    .subject = Your { $server } sign-in code
    .preview = Your code is { $code }. Never give it to anyone.
    .heading = Your sign-in code
    .body = { $second ->
        [yes] This code is the second step of your sign-in to { $server }. Enter it on the page that asked for it, in the same browser. It works once, until { $when }.
       *[no] This code signs you in to { $server }. Enter it on the page that asked for it, in the same browser. It works once, until { $when }.
    }
    .action = Go to the sign-in page
    .code = Your code:
    .never = Never give this code to anyone, on the phone or on another page. Nobody from us asks for it.
    .note = Didn’t ask for a code? Ignore this email. Without the code, nobody gets in.
    .stranger = Didn’t ask for a code? Then somebody knows your password. Change it now.

mail-deletion-unverified =
    .subject = Confirm your email, or your { $server } account will be deleted
    .heading = Confirm your email
    .body = Someone, most likely you, signed up with this email and has not confirmed it yet. Use the link in our first email, or sign in to get another one. Otherwise the account will be deleted on { $when }.

mail-invitation =
    .subject = You are invited to { $server }
    .preview = Create your account with the link.
    .heading = Create your account
    .body = You are invited to { $server }. Create your account with this link. It works once, until { $when }.
    .action = Create account
    .note = You did not expect this? Then ignore this email.
mail-registration-approved =
    .subject = Your { $server } account is ready
    .preview = You can sign in now.
    .heading = Your account is ready
    .body = Your { $server } account was approved. You can sign in now.
    .action = Sign in
mail-registration-refused =
    .subject = Your { $server } account was not approved
    .preview = Your account was deleted.
    .heading = Your account was not approved
    .body = Your request for a { $server } account was not approved. The account and its data were deleted.
    .action = Open { $server }
