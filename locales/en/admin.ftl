### The administration pages.

admin-title = Administration
admin-nav = Sections
admin-facts = Details
admin-acts = What you can do
admin-search = Email or name
admin-search-do = Search
admin-search-all = Show all
admin-nothing-found = Nothing was found.
admin-first-page = First page
admin-next-page = Next page
admin-all = Show all
admin-cancel = Cancel
admin-none = None
admin-none-chosen = Not chosen
admin-yes = yes
admin-no = no
admin-once = This is shown only now. Copy it before you leave the page.
admin-send-again = You had to sign in again. Check the form and send it once more.
admin-detail = { $detail }

admin-section-accounts = Accounts
admin-section-accounts-about = People who sign in.
admin-empty-accounts = Nobody has an account yet.
admin-section-invitations = Invitations
admin-section-invitations-about = Links with which people may register.
admin-empty-invitations = There are no invitations.
admin-section-waiting-accounts = Waiting accounts
admin-section-waiting-accounts-about = People who registered and wait for an answer.
admin-empty-waiting-accounts = Nobody waits.
admin-section-groups = Groups
admin-section-groups-about = Groups of people, which apps can read.
admin-empty-groups = There are no groups yet.
admin-section-clients = Clients
admin-section-clients-about = Apps that sign people in or call resource servers.
admin-empty-clients = There are no clients yet.
admin-section-resources = Resource servers
admin-section-resources-about = APIs that accept the tokens of this server.
admin-empty-resources = There are no resource servers yet.
admin-section-audit-entries = Audit trail
admin-section-audit-entries-about = Who did what, and from where.
admin-empty-audit-entries = There are no entries.
admin-section-upstreams = Other providers
admin-section-upstreams-about = Providers that people may sign in with.
admin-empty-upstreams = There are no other providers.

admin-tag-disabled = disabled
admin-tag-unverified = email not confirmed

admin-part-get-account-roles = Roles
admin-part-get-account-factors = Second factors
admin-part-list-account-groups = Groups
admin-part-list-account-upstreams = Connections with other providers
admin-part-list-audit-entries = Audit trail
admin-part-get-account-new-email = New address that waits
admin-part-list-group-members = Members
admin-part-list-client-errors = Last errors
