### What several pages share.

page-title = { $same ->
    [yes] { $server }
   *[no] { $title } · { $server }
}
# The title of a page that shows its form again.
page-title-failed = { $same ->
    [yes] Error: { $server }
   *[no] Error: { $title } · { $server }
}
# A name or a title that others gave.
page-given = { $text }
page-skip = Skip to main content
page-sign-out = Sign out
page-new-tab = (opens in a new tab)
page-qr-code = QR code
page-not-you = Not you?
page-email = Email
page-password = Password
page-password-show = Show password
page-password-hide = Hide password
# The number changes while the person types.
page-password-count = { $count } of { $min } characters
page-password-enough = Long enough
page-cancel = Cancel
page-back-to-app = Back to { $app }
page-link-support = Help
page-link-terms = Terms of use
page-link-privacy = Privacy
page-to-app = to continue to <app>{ $app }</app>

account-nav = Your account
account-nav-profile = Profile
account-nav-password = Password
account-nav-security = Security
account-nav-sessions = Sessions
account-nav-apps = Apps
account-nav-requests = Requests

form-field-invalid = Check what you entered here.

mail-delay = Email is slower than usual right now. Yours will arrive soon. You don’t need to ask for it again.

language-title = Language
language-lead = Choose the language of these pages.

# A field that takes the code of a mail.
page-mail-code = Code from the email
page-mail-code-hint = It looks like ABCD-2345.
page-mail-code-missing = Enter the code from the email.
page-mail-code-wrong = That’s not the code from the email.
page-confirm = Confirm
page-continue = Continue
page-send-again = Send another email
page-sent-again = Another email is on its way.
page-account = Account
page-name = Your name
page-name-hint = Apps may show it. You can leave it out.
page-new-password = New password
page-new-password-hint = At least { $min } characters. A few words in a row work well.
page-save-password = Save password
page-save = Save
page-saved = Saved.
page-open-mailbox = Open the mailbox
page-moment = One moment
page-press = Press the button to continue.

page-too-late-elsewhere = The last page was open for too long. Continue here.
page-too-late = This page was open for too long. Check what you entered, and send it again.
page-app-changed = The app changed what it says about itself. Check it again.
