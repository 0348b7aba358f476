sign-up-title = 创建账号
sign-up-email-hint = 我们会发送一封邮件来确认邮箱归你所有。
sign-up-button = 创建账号
sign-up-sign-in = 已有账号？<link>登录</link>
sign-up-username-taken = 该用户名已被使用。

# After the form: the same page for every address.
sign-up-sent = 查看你的邮箱
sign-up-sent-lead = 我们已向 <email>{ $email }</email> 发送邮件。请打开其中的链接完成注册。
sign-up-sent-done = 已经完成？<link>继续登录</link>。
sign-up-nothing = 没有收到？
sign-up-nothing-text = 请等待一分钟并查看垃圾邮件文件夹，然后再重新发送。
sign-up-sent-again = 如果此邮箱需要确认，新的邮件已发出。

# On the way to an app, with an address that is not confirmed yet.

