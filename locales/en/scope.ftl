### What an app may do, in words for people.

scope-openid = Know who you are
scope-openid-about = A stable identifier of your account.
scope-email = See your email
scope-profile = See your profile
scope-profile-about = Your name, your picture, your username or else your email, your language and your time zone.
scope-groups = See your groups
scope-groups-about = The names of the groups you are in here.
scope-roles = See your roles
scope-roles-about = The names of the roles you have here.

# A scope of a resource server, when several could be meant.
scope-at = { $title } ({ $resource })

# Single claims, which an app asks for without the scope that has them.
scope-claim-email = See your email
scope-claim-email-verified = See whether your email is confirmed
scope-claim-name = See your name
scope-claim-given-name = See your first name
scope-claim-family-name = See your last name
scope-claim-preferred-username = See your username, or else your email
scope-claim-picture = See your picture
scope-claim-locale = See your language
scope-claim-zoneinfo = See your time zone
scope-claim-groups = See your groups
scope-claim-roles = See your roles
scope-claim-updated-at = See when your profile last changed
scope-claim-other = See your { $claim }

# How long an app stays connected.
scope-ends = Ends after { $longest }, or when you remove it.
scope-ends-idle = Ends after { $idle } without use, after { $longest } at the latest, or when you remove it.
scope-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
scope-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
}

# What an app asks for beside its scopes (authorization_details).
scope-details = Details
scope-yes = Yes
scope-no = No

# What to know about an app before allowing it.
scope-note-renamed = Since you allowed it, this app has changed its name. It was called { $name }.
scope-note-moved = Since you allowed it, this app has changed the addresses that people are sent to.
scope-note-self-registered = This app registered itself. Nobody here has checked it.
scope-note-document = This app is known only by its address: { $host }
scope-note-scheme = It opens an app on this device by { $scheme }, which other apps may claim too. Continue only if you started this yourself.
scope-note-loopback = You will return to a program on this device. Continue only if you started this yourself.
scope-note-return = You will return to { $host }
scope-registered = Registered by the administrators of { $server }
scope-registered-itself = Registered itself, with leave from the administrators of { $server }
