security-title = 安全
security-save-codes = 保存恢复码
security-save-codes-text = 没有恢复码，手机丢失后可能无法登录账号。
security-show-codes = 显示恢复码
security-two-step = 两步验证
security-on = 已开启
security-off = 未开启
security-on-text =
    { $password ->
        [none] 登录时还需要输入验证码作为第二步。
       *[other] 登录时需要密码和验证码。
    }
security-app = 身份验证器应用
security-app-since = 设置时间：<when/>
security-last-used = 上次使用：<when/>
security-remove = 移除
security-remove-app = 身份验证器应用
security-codes = 恢复码
security-codes-few =
    { $count ->
        [0] 已用完
       *[other] 剩余 { $count } 个
    }
security-codes-left = 剩余 { $count } / { $of } 个。没有应用或通行密钥时可用它们登录。
security-codes-make = 请在需要之前生成新的恢复码。
security-codes-made = 生成时间：<when/>
security-codes-renew = 更换
security-codes-renew-of = 恢复码
security-off-text =
    { $password ->
        [none] 目前只需一步即可登录账号。添加第二步后，他人即使通过第一步也无法登录。
       *[other] 目前只需密码即可登录账号。添加第二步后，仅凭被盗的密码将无法登录。
    }
security-why-app = 手机上的应用会显示验证码
security-why-app-text = 任何身份验证器应用都可以，包括密码管理器自带的。
security-why-code =
    { $password ->
        [none] 登录时在第二步输入验证码
       *[other] 输入密码后再输入验证码
    }
security-why-code-text = 每 30 秒更换一次，无需网络。
security-why-recovery = 没有手机时可用恢复码登录
security-why-recovery-text = 你会得到 { $of } 个恢复码，请妥善保管。
security-set-up = 设置身份验证器应用
security-confirm-first = 设置之前，请先<link>验证邮箱</link>。

# Said once, after a form.
security-notice-on = 两步验证已开启。请妥善保管恢复码。
security-notice-saved = 请妥善保管恢复码。之前的恢复码已失效。
security-notice-removed =
    { $password ->
        [none] 身份验证器应用已移除。现在只需一步即可登录。
       *[other] 身份验证器应用已移除。现在仅凭密码即可登录。
    }
security-notice-app-removed = 身份验证器应用已移除。你的通行密钥会保留。
security-notice-key-added = 你的通行密钥已可使用。
security-notice-key-renamed = 通行密钥已重命名。
security-notice-key-removed = 通行密钥已移除。
security-notice-key-gone = 此通行密钥已被移除。
security-notice-key-last = 这是你唯一的登录方式。请先设置密码或添加另一个通行密钥。
security-notice-no-passkeys = 通行密钥在此网址无法使用。
security-notice-with-password = 密码已添加。你已在所有其他设备上退出登录。
security-notice-cancelled = 未作任何更改。
security-notice-expired = 该设置已失效，请重新开始。
security-notice-on-already = 你的账号已设置身份验证器应用。
security-notice-off-already = 你的账号没有身份验证器应用。
security-notice-codes-hidden = 恢复码只显示一次。如未保存，请重新生成。
security-notice-unconfirmed = 请先在“个人资料”页面验证邮箱。

# Before a change.
security-proof = 请确认是你本人
security-proof-again = 再次输入密码
security-proof-text = 这会更改你的登录方式。确认后十分钟内无需再次输入。
security-proof-missing = 请输入密码。
security-proof-wrong = 密码不正确。尝试次数过多后，会暂停几分钟。
security-proof-forgot = 忘记密码？<link>设置新密码</link>。
security-not-now = 以后再说
security-remove-title = 移除身份验证器应用？
security-remove-ends = 两步验证将关闭
security-remove-text =
    { $password ->
        [none] 之后只需一步即可登录，恢复码也会失效。如需更换手机，请先在此移除，再重新设置。
       *[other] 之后仅凭密码即可登录，恢复码也会失效。如需更换手机，请先在此移除，再重新设置。
    }
security-remove-button = 移除应用
security-remove-keep = 保留
security-renew-title = 生成新的恢复码？
security-renew-ends = 当前恢复码将失效
security-renew-text = 大部分已用完，或可能被他人看到时，请更换。
security-renew-button = 生成新的恢复码

# The codes, shown once.
security-codes-only-now = 这些恢复码仅显示这一次
security-codes-text =
    { $password ->
        [none] 手边没有应用或通行密钥时，每个恢复码可代替它们使用一次。请保存在没有手机也能找到的地方。
       *[other] 手边没有应用或通行密钥时，每个恢复码可配合密码登录一次。请保存在没有手机也能找到的地方。
    }
security-codes-keep = 打印此页、抄写下来，或<link>下载为文本文件</link>。
security-codes-saved = 我已保存
security-codes-file = { $server } 的恢复码（{ $issuer }）
security-codes-file-account = 账号：{ $email }
security-codes-file-made = 生成日期：{ $day }
security-codes-file-text =
    { $password ->
        [none] 手边没有身份验证器应用或通行密钥时，每个恢复码可代替它们使用一次。
       *[other] 手边没有身份验证器应用或通行密钥时，每个恢复码可配合密码登录一次。
    }

# The set-up.
security-app-title = 设置身份验证器应用
security-app-required =
    { $password ->
        [none] 你的账号需要第二步验证。只需设置一次身份验证器应用，之后每次登录时输入其验证码即可。
       *[other] 你的账号需要第二步验证。只需设置一次身份验证器应用，之后在密码后输入其验证码即可。
    }
security-app-for =
    { $password ->
        [none] <app>{ $app }</app> 需要第二步验证。只需设置一次身份验证器应用，之后每次登录时输入其验证码即可。
       *[other] <app>{ $app }</app> 需要第二步验证。只需设置一次身份验证器应用，之后在密码后输入其验证码即可。
    }
security-app-add = 1. 将账号添加到应用
security-app-scan = 使用应用扫描此二维码。
security-app-here = 应用就在此设备上？<link>直接打开</link>。
security-app-or-key = 或在应用中输入此密钥：
security-app-key = 在应用中输入此密钥：
security-app-service = 服务
security-app-kind = 类型
security-app-kind-text = 基于时间，6 位数字
security-app-enter = 2. 输入应用显示的验证码
security-app-code = 应用中的验证码
security-app-code-hint = 六位数字，每 30 秒更新。
security-app-code-missing = 请输入应用显示的验证码。
security-app-code-wrong = 这不是应用当前显示的验证码。请检查设备时间是否正确。
security-app-turn-on = 开启两步验证
security-app-hour = 此页面一小时内有效。
