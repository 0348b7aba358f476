### The deletion of one's own account.

delete-title = 要删除你的账号吗？
delete-what = 删除的影响
delete-ends = 所有设备都会退出登录，所有应用立即失去访问权限。
delete-later = { $days ->
   *[other] { $days } 天后，我们会删除账号 <account>{ $account }</account> 及其全部内容。此操作无法撤销。
}
delete-keep-hint = 如要保留账号，请在此之前登录。
delete-button = 删除我的账号
delete-back = 保留
delete-last-admin = 你是最后一位管理员。请先指定另一位管理员。
delete-done-title = 你的账号将被删除
delete-done-text = 你已在所有设备上退出登录。我们将于 <when/> 删除 <account>{ $account }</account>。
delete-done-aside = 改变主意了？在此之前<link>登录</link>，账号就会保留。
delete-link = 删除账号
delete-cancelled = 你的账号不会被删除。欢迎回来。
