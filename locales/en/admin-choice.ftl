### What the scopes of the administration allow, beside their names.

admin-choice-accounts-read = See accounts
admin-choice-accounts-support = Unlock accounts, end sessions, send resets
admin-choice-accounts-manage = Create and change accounts, with all that support may do
admin-choice-accounts-email = Give accounts another address
admin-choice-accounts-roles = Give and take roles
admin-choice-accounts-factors = Remove second factors
admin-choice-accounts-delete = Delete accounts
admin-choice-groups-read = See groups and who is in them
admin-choice-groups-manage = Change groups and who is in them
admin-choice-roles-read = See roles
admin-choice-roles-manage = Create, change and delete roles
admin-choice-upstreams-read = See other providers
admin-choice-upstreams-manage = Change other providers and end connections
admin-choice-clients-read = See clients
admin-choice-clients-manage = Register, change and delete clients
admin-choice-resources-read = See resource servers
admin-choice-resources-manage = Register, change and delete resource servers
admin-choice-audit-read = Read the audit trail
admin-choice-limits-read = See who is limited
admin-choice-limits-manage = Clear limits
admin-choice-keys-read = See the keys
admin-choice-keys-manage = Rotate the keys that sign and encrypt
admin-choice-mails-read = See which mails wait, without their text
admin-choice-mails-manage = Send mails again, and delete those that wait
admin-choice-events-read = See what waits for receivers of events, and webhooks
admin-choice-events-manage = Send events again, and change webhooks
admin-choice-settings-read = See the settings in effect
admin-choice-statistics-read = See the statistics

# Descriptions of the roles that a new server has.
admin-role-admin = Everything.
admin-role-support = Helps people: reads accounts, unlocks them, ends sessions and mails resets.
