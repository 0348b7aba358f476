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
