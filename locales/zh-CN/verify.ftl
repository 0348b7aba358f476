verify-title = 验证你的邮箱
verify-lead = 我们已将链接和验证码发送到 <email>{ $email }</email>。请在此输入验证码，或打开链接后返回。
verify-lead-app = 我们已将链接和验证码发送到 <email>{ $email }</email>。请在此输入验证码，或打开链接后返回，以继续使用 <app>{ $app }</app>。
verify-opened = 我已打开链接
