### Who may register, and what comes between registering and the account.

register-closed = 注册已关闭
register-closed-lead = 这里无法创建账号。如果你已有账号，请登录。
register-invited = 你需要邀请
register-invited-lead = 只有受邀者才能在这里创建账号。请打开邀请中的链接。如果链接已失效，请重新索取。
register-ended = 此邀请已失效
register-ended-lead = 它已被使用、撤回或过期。如果你已用它创建了账号，请登录；否则请重新索取邀请。
register-without = 不使用邀请，直接创建账号
register-signed-in = 此浏览器当前登录的是 <email>{ $email }</email>。确认新账号后，这里将改为登录新账号。<link>继续使用当前账号</link>
register-domain = 请使用以下域名的邮箱：{ $domains }。
register-invitation-wrong = 此邀请属于其他邮箱，或已失效。
register-waiting = 你的账号正在等待批准
register-waiting-lead = 你的邮箱已验证。账号经审核后即可使用，届时我们会发邮件通知你。
register-approval-hint = 新账号需要审核。账号可用后，我们会发邮件通知你。
register-waiting-sign-in = 你的账号仍在等待批准。可用后我们会发邮件通知你。
