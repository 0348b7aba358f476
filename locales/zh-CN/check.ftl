### The check of a browser before a form is accepted: by its script, or by a code in a mail.

check-needed = 你的网络上登录失败次数过多。请重新填写，这次浏览器会完成一个简短的检查。
check-working = 正在检查浏览器，需要几秒钟。
check-failed = 你的浏览器未能完成检查。
check-by-mail = 改用邮件验证码
check-no-script = 你的网络需要完成一项检查，它要用到 JavaScript。你也可以<link>通过邮件获取验证码</link>。
check-guessed = 有人正在猜测此账号的密码。要在新浏览器中登录，请先通过邮件获取验证码。
check-title = 通过邮件获取验证码
check-lead = 我们会把验证码发到你的邮箱。输入后，就可以在此浏览器中继续。
check-send = 发送验证码
check-back = 返回
check-done = 好了，可以继续。请再填写一次。
check-email-invalid = 请输入有效的邮箱。

check-code-title = 查看邮箱
check-code-lead = 如果 <email>{ $email }</email> 可以在这里使用，验证码已经发出。请在此浏览器中输入。
check-code-label = 验证码
check-code-hint = 格式如 ABCD-2345。
check-code-button = 继续
check-code-again = 重新发送验证码
check-code-missing = 请输入邮件中的验证码。
check-code-wrong = 这不是邮件中的验证码。
check-code-over = 该验证码已失效，请重新发送。
