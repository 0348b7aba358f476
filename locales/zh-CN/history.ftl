history-title = 你的登录记录
history-lead = 最近 90 天的记录，最新的在前。发现有他人登录？请<password>修改密码</password>。
history-latest = 最近的登录
history-earlier = 更早的登录
history-none = 暂无登录记录。
history-none-earlier = 没有更早的登录记录。
history-failed = 失败
history-for-app = 用于 { $app }
history-newest = 最新
history-older = 更早
history-back = 返回登录设备

# What happened.
history-upstream = 通过 { $provider } 登录
history-upstream-totp = 通过 { $provider } 和身份验证器应用登录
history-upstream-recovery-code = 通过 { $provider } 和恢复码登录
history-upstream-wrong-code = 通过 { $provider } 登录，验证码错误
history-password = 通过密码登录
history-password-totp = 通过密码和身份验证器应用登录
history-password-recovery-code = 通过密码和恢复码登录
history-confirmed = 已确认密码
history-half = 密码正确，等待验证码
history-wrong-password = 密码错误
history-wrong-code = 密码正确，验证码错误
history-blocked = 验证码错误次数过多
