mailbox-title = 邮箱
mailbox-lead = 此开发服务器的邮件。它们都没有离开这台机器。
mailbox-list = 邮件
mailbox-none = 暂无邮件。
mailbox-to = 发送至 { $email } · <when/>
mailbox-all = 全部邮件
mailbox-text = 文本
mailbox-html = 以 HTML 打开
