mailbox-title = Mailbox
mailbox-lead = Emails from this development server. None of them left this machine.
mailbox-list = Emails
mailbox-none = No emails yet.
mailbox-to = to { $email } · <when/>
mailbox-all = All emails
mailbox-text = Text
mailbox-html = Open as HTML
