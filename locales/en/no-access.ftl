### The page for a person who is signed in and may not use the app that sent them here.

no-access-title = You don’t have access to { $app }
no-access-why = Your account is not in a group that can use this app. If you need it, ask your administrator for access.
no-access-back = Back to { $app }
no-access-reload-hint = Already have access? <again>Try again</again>.
