cookies-title = Your browser blocks cookies
cookies-lead = Signing in needs cookies. Allow cookies for this site, then try again.
cookies-try = Try again
