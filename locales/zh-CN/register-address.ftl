register-address-title = 更正邮箱
register-address-lead = 你填写的其他内容保持不变。
register-address-button = 发送到该邮箱
register-address-back = 返回
