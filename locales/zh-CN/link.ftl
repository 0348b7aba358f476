link-expired = 此链接已失效
link-expired-lead = 它已被使用、被更新的邮件取代，或已过期。
link-expired-activated = 如果账号已激活，直接登录即可。
link-new = 获取新链接
link-new-password = 设置新密码
