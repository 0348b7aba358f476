choose-title = 选择账号
choose-signed-in = 已登录
choose-as = 使用 { $email }
choose-forget = 移除
choose-forget-of = 此设备上的 { $email }
choose-other = 使用其他账号
