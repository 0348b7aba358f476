sessions-title = 登录设备
sessions-here = 已登录的设备
sessions-current = 当前
sessions-last-seen = 最近使用：<when/>
sessions-signed-in = 登录时间：<when/>
sessions-signed-in-with = 通过{ $method }登录：<when/>
sessions-apps = 应用：{ $apps }
sessions-end = 退出
sessions-end-of =  { $browser }
sessions-end-others = 退出其他所有设备
sessions-history = 查看<history>最近的登录记录</history>，包括失败的登录。
sessions-lost = 设备丢失？
sessions-lost-text = 在所有设备和应用中退出登录，包括当前设备。
sessions-end-all = 在所有地方退出登录
sessions-ended = 该设备已退出登录。
sessions-ended-before = 该登录此前已经结束。
sessions-ended-others = 其他设备均已退出登录。
sessions-browser = { $system } 上的 { $browser }
sessions-browser-unknown = 未知设备

# How somebody signed in. Words of a list.
sessions-method-pwd = 密码
sessions-method-fed = 其他服务
sessions-method-second = 第二重验证
sessions-method-otp = 身份验证器应用
sessions-method-passkey = 通行密钥
sessions-method-mail = 邮件验证码
sessions-method-recovery = 恢复码

# Browsers without the second step.
sessions-trusted = 受信任的浏览器
sessions-trusted-text = 在这些浏览器中登录时无需第二步验证。更改登录方式或在所有设备上退出后，信任即失效。
sessions-trusted-since = 自 <since/> 起受信任，<until/> 到期
sessions-trusted-used = 上次使用：<when/>
sessions-trusted-end = 取消信任
sessions-trusted-end-all = 取消信任所有浏览器
sessions-trusted-ended = 此浏览器将重新要求第二步验证。
sessions-trusted-ended-all = 所有浏览器都将重新要求第二步验证。
sessions-trusted-ended-before = 该浏览器已不受信任。
