disown-title = 不是你本人？
disown-lead = 那么可能有人知道你的密码。我们会在所有设备和应用中退出你的账号，并通过邮件发送设置新密码的链接。
disown-button = 这不是我
disown-was-me = 是你本人？关闭此页面即可，不会有任何更改。
disown-done = 已在所有地方退出登录
disown-done-lead = 还差一步：设置新密码。带有链接的邮件正在发送。
disown-until-then = 在此之前，知道你密码的人仍可登录。没收到邮件？<link>重新发送</link>。
