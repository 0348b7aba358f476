### What is wrong with what a person typed.

problem-password-too-short = 至少使用 { $min } 个字符。
problem-password-too-long = 密码过长。
problem-password-common = 此密码太常见。请换一个。
problem-password-personal = 请勿使用你的邮箱、姓名或本服务的名称。

problem-email-missing = 请输入邮箱。
problem-email-control-character = 邮箱中包含不允许的字符。
problem-email-malformed = 请输入完整的邮箱，例如 name@example.com。
problem-email-too-long = 邮箱过长。

problem-name = 请使用普通姓名，不含链接，最多 100 个字符。

problem-code-exhausted = 错误次数过多。请重新获取邮件并使用其中的验证码。
problem-code-invalid-token = 验证码已过期。请重新获取邮件并使用其中的验证码。
problem-code-used = 此验证码已使用过。
