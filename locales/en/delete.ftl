### The deletion of one's own account.

delete-title = Delete your account?
delete-what = What happens
delete-ends = We sign you out on every device, and every app loses access right away.
delete-later = { $days ->
    [one] After { $days } day, we delete the account <account>{ $account }</account> with everything in it. This can’t be undone.
   *[other] After { $days } days, we delete the account <account>{ $account }</account> with everything in it. This can’t be undone.
}
delete-keep-hint = To keep the account, sign in before then.
delete-button = Delete my account
delete-back = Keep it
delete-last-admin = You are the last administrator. Make someone else one first.
delete-done-title = Your account will be deleted
delete-done-text = You are signed out everywhere. We delete <account>{ $account }</account> on <when/>.
delete-done-aside = Changed your mind? <link>Sign in</link> before then, and the account stays.
delete-link = Delete your account
delete-cancelled = We won’t delete your account. Welcome back.
