cookies-title = 浏览器阻止了 Cookie
cookies-lead = 登录需要 Cookie。请允许本站使用 Cookie，然后重试。
cookies-try = 重试
