### The error pages. A title for each status, a text for each code of an error.

error-title-400 = 此请求有问题
error-title-403 = 无法执行此操作
error-title-404 = 页面不存在
error-title-405 = 不能以这种方式使用此页面
error-title-408 = 请求超时
error-title-410 = 页面已过期
error-title-413 = 请求过大
error-title-421 = 此页面的地址有误
error-title-429 = 尝试次数过多
error-title-500 = 服务出错了
error-title-503 = 请稍候

# For a code without a text of its own.
error-other = 无法完成此请求。请返回后重试。
error-invalid-request = 请返回应用重试。如果一再出现，请告知应用的运营者。
error-field-too-long = 请求中的内容过长。请返回并缩短。
error-body-too-large = 请返回并减少发送的内容。
error-unsupported-media-type = 此页面不接受这种格式的请求。
error-request-timeout = 请求传输时间过长。请检查网络连接后重试。
error-method-not-allowed = 请重新打开此页面。
error-wrong-host = 链接使用了此服务器的另一个名称。请由服务的运营者修正。
error-csrf-failed = 表单已过期，或不是从我们的页面提交的。请返回并刷新页面后重试。
error-forbidden = 只有已登录的管理员可以打开此页面。
error-not-found = 此地址没有任何内容。
error-mail-not-found = 邮箱中没有这封邮件。
error-logo-not-found = 没有这张图片。
error-account-not-found = 此账号已不存在。
error-client-unreachable = 此应用的网站没有响应。请稍后重试。
error-too-many-requests = { $minutes ->
    [0] 来自你所在网络的请求过多。请稍后重试。
   *[other] 来自你所在网络的请求过多。请在 { $minutes } 分钟后重试。
}
error-too-many-attempts = { $minutes ->
    [0] 由于尝试次数过多，登录已暂停。请稍后重试。
   *[other] 由于尝试次数过多，登录已暂停。请在 { $minutes } 分钟后重试。
}
error-hashing-busy = 当前登录人数较多。请稍后重试。
error-starting = 服务正在启动。请稍后重试。
error-temporarily-unavailable = 服务暂时不可用。请重试。
error-administrator-required = 只有拥有管理角色的用户可以打开此页面。请向管理员申请。
error-insufficient-scope = 你的角色不允许此操作。
error-beyond-your-roles = 此账号的角色权限比你的更大。请联系权限不低于它的人。
error-console-sign-in-lost = 登录时间过长，或是在其他浏览器中开始的。请重试。
error-console-sign-in-refused = 登录被拒绝。
error-server-error = 我们已记录此问题。请稍后重试。

error-back-to-start = 前往首页
error-try-again = 重试
error-sign-out-here = 在此退出登录
error-quote = 寻求帮助时，请提供编号 <id>{ $id }</id>（状态码 { $status }）。

# Mistakes of an app, for the person that it sent here.
error-unknown-app = 无法识别此应用
error-unknown-app-text = 将你带到这里的应用未注册。请告知应用的运营者。
error-return-address = 无法将你送回此应用
error-return-address-text = 将你带到这里的应用使用了未注册的返回地址。请告知应用的运营者。
error-of-app = 应用发送了错误的请求
error-of-app-text = 请返回应用重试。如果一再出现，请告知应用的运营者。

error-for-developer = 供应用开发者参考
error-detail-error = 错误
error-detail-reason = 原因
error-detail-got = 收到
error-detail-registered = 已注册
error-only-here = 仅当服务器运行在本机时才会显示。

# The sign-in page was finished elsewhere, or open for too long.
error-lost = 此登录页面已失效
error-lost-text = 你可能已在其他标签页中完成登录，或页面打开时间过长。没有丢失任何内容。
error-lost-continue = 继续前往 { $app }
error-lost-again = 重新开始
