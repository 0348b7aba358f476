### What several pages share.

page-title = { $same ->
    [yes] { $server }
   *[no] { $title } · { $server }
}
# The title of a page that shows its form again.
page-title-failed = { $same ->
    [yes] 有误：{ $server }
   *[no] 有误：{ $title } · { $server }
}
# A name or a title that others gave.
page-given = { $text }
page-skip = 跳到主要内容
page-sign-out = 退出登录
page-new-tab = （在新标签页中打开）
page-qr-code = 二维码
page-not-you = 不是你？
page-email = 邮箱
page-password = 密码
page-password-show = 显示密码
page-password-hide = 隐藏密码
# The number changes while the person types.
page-password-count = { $count } / { $min } 个字符
page-password-enough = 长度足够
page-cancel = 取消
page-back-to-app = 返回 { $app }
page-link-support = 帮助
page-link-terms = 使用条款
page-link-privacy = 隐私
page-to-app = 以继续使用 <app>{ $app }</app>

account-nav = 你的账号
account-nav-profile = 个人资料
account-nav-password = 密码
account-nav-security = 安全
account-nav-sessions = 登录设备
account-nav-apps = 应用
account-nav-requests = 请求

form-field-invalid = 请检查此处的内容。

mail-delay = 目前邮件发送较慢，你的邮件稍后就会送达，无需重新申请。

language-title = 语言
language-lead = 选择页面显示的语言。

# A field that takes the code of a mail.
page-mail-code = 邮件中的验证码
page-mail-code-hint = 形如 ABCD-2345。
page-mail-code-missing = 请输入邮件中的验证码。
page-mail-code-wrong = 这不是邮件中的验证码。
page-confirm = 确认
page-continue = 继续
page-send-again = 再发一封邮件
page-sent-again = 新的邮件已发出。
page-account = 账号
page-name = 你的姓名
page-name-hint = 应用可能会显示它。可以不填。
page-new-password = 新密码
page-new-password-hint = 至少 { $min } 个字符。用几个词连起来是不错的选择。
page-save-password = 保存密码
page-save = 保存
page-saved = 已保存。
page-open-mailbox = 打开邮箱
page-moment = 请稍候
page-press = 请点击按钮继续。

page-too-late-elsewhere = 上一页打开时间过长。请从这里继续。
page-too-late = 本页打开时间过长。请检查填写的内容并重新提交。
page-app-changed = 应用更改了自身信息。请再次确认。
