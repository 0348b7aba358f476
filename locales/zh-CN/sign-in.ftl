sign-in-title = 登录
# A certain account has to confirm itself. Its address is shown and fixed.
sign-in-title-known = 请确认是你本人
sign-in-name = 邮箱或用户名
sign-in-button = 登录
sign-in-forgot = 忘记密码？
sign-in-register = 还没有账号？<link>创建账号</link>
sign-in-name-missing = 请输入邮箱或用户名。
sign-in-name-too-long = 内容过长，不是有效的邮箱或用户名。
sign-in-password-missing = 请输入密码。
sign-in-refused = 邮箱或密码不正确。尝试次数过多后，登录会暂停几分钟。
sign-in-other-account = 应用需要的是另一个账号。请使用该账号登录，或返回应用。
sign-in-ended = 你已退出登录。请登录以继续。
sign-in-disabled = 此账号已停用。请联系服务管理员。
