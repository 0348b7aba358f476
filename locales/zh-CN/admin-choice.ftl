### What the scopes of the administration allow, beside their names.

admin-choice-accounts-read = 查看账号
admin-choice-accounts-support = 解锁账号、结束会话、发送密码重置邮件
admin-choice-accounts-manage = 创建和修改账号，包含客服的全部权限
admin-choice-accounts-email = 为账号更换邮箱
admin-choice-accounts-roles = 授予和收回角色
admin-choice-accounts-factors = 移除第二重验证
admin-choice-accounts-delete = 删除账号
admin-choice-groups-read = 查看群组及其成员
admin-choice-groups-manage = 修改群组及其成员
admin-choice-roles-read = 查看角色
admin-choice-roles-manage = 创建、修改和删除角色
admin-choice-upstreams-read = 查看其他登录服务
admin-choice-upstreams-manage = 修改其他登录服务并断开连接
admin-choice-clients-read = 查看客户端
admin-choice-clients-manage = 注册、修改和删除客户端
admin-choice-resources-read = 查看资源服务器
admin-choice-resources-manage = 注册、修改和删除资源服务器
admin-choice-audit-read = 读取审计记录
admin-choice-limits-read = 查看谁受到限制
admin-choice-limits-manage = 清除限制
admin-choice-keys-read = 查看密钥
admin-choice-keys-manage = 轮换签名和加密密钥
admin-choice-mails-read = 查看等待发送的邮件，不含正文
admin-choice-mails-manage = 重新发送邮件，删除等待中的邮件
admin-choice-events-read = 查看等待投递的事件和 Webhook
admin-choice-events-manage = 重新发送事件，修改 Webhook
admin-choice-settings-read = 查看当前生效的设置
admin-choice-statistics-read = 查看统计

# 新服务器自带角色的说明。
admin-role-admin = 全部权限。
admin-role-support = 帮助用户：查看账号、解锁、结束会话、发送重置邮件。
