sign-up-title = 创建账号
sign-up-email-hint = 我们会发送验证码，用来验证邮箱归你所有。
sign-up-button = 创建账号
sign-up-sign-in = 已有账号？<link>登录</link>
sign-up-username-taken = 该用户名已被使用。

# After the form: the same page for every address.
sign-up-sent = 查看你的邮箱
sign-up-nothing = 没有收到？

# On the way to an app, with an address that is not confirmed yet.

