### The download of what is kept about a person.

data-title = Your data
data-file = Download your data
data-text = The file has everything we keep about you: your profile, sign-in methods, sessions, apps, groups and history. Keep it in a safe place.
data-left-out = It has no passwords, codes or keys. We don’t keep the emails we send.
data-download = Download
data-too-often = You downloaded your data several times today. Try again tomorrow.
data-link = Download your data
