passkey-sign-in = 使用通行密钥登录
passkey-use = 使用通行密钥
passkey-use-title = 请使用你的通行密钥
passkey-use-instead = 改用通行密钥
passkey-needs-script = 通行密钥需要 JavaScript 和支持它的浏览器。你可以改用恢复码。
passkey-wanted = 该应用要求使用通行密钥。请使用你的通行密钥登录以继续。
# What a browser reports. The person closed its window, or took too long.
passkey-cancelled = 没有使用任何通行密钥。请重试，或使用其他方式。
passkey-create-cancelled = 通行密钥未创建。请重试。
passkey-exists = 此设备或密码管理器中已有你账号的通行密钥。
passkey-wrong-address = 通行密钥在此网址无法使用。
# Why the server refused a passkey.
passkey-expired = 页面打开时间过长。请再次使用你的通行密钥。
passkey-unknown = 此通行密钥已不属于这里的任何账号。请使用其他方式登录。
passkey-disabled = 此账号已停用，因此无法使用它的通行密钥登录。
passkey-refused = 通行密钥未通过验证。请重试，或使用其他方式登录。
passkey-waits-for-email = 请先验证你的邮箱。使用我们发给你的邮件中的验证码或链接。
passkey-sign-up = 用通行密钥代替密码
passkey-sign-up-refused = 通行密钥未创建成功。请重试，或改用密码。
# The pages of one’s security.
passkey-new-title = 添加通行密钥
passkey-new-heading = 无需密码即可登录
passkey-new-fast = 面容、指纹或 PIN 码就够了
passkey-new-fast-how = 通行密钥保存在你的设备或密码管理器中，并使用你平时的解锁方式进行验证。
passkey-new-safe = 假冒页面无法窃取它
passkey-new-safe-how =
    { $password ->
        [none] 通行密钥只在此网址有效。添加后，登录时始终需要通行密钥或验证码。
       *[other] 通行密钥只在此网址有效。添加后，仅凭密码将无法登录。
    }
passkey-new-button = 创建通行密钥
passkey-new-missing = 创建通行密钥需要 JavaScript 和支持通行密钥的浏览器。
passkey-new-for-app = <app>{ $app }</app> 要求使用通行密钥。请添加一个以继续。
passkey-new-for-device = 你要登录的服务要求使用通行密钥。请添加一个以继续。
passkey-add = 添加通行密钥
passkey-add-instead = 改为添加通行密钥
passkey-not-added = 通行密钥未添加。请重试。
passkey-too-many = 你已有 20 个通行密钥。请先移除一个再添加。
passkey-list = 通行密钥
passkey-list-what =
    { $password ->
        [none] 使用面容、指纹或设备 PIN 码登录。
       *[other] 使用面容、指纹或设备 PIN 码代替密码登录。
    }
passkey-list-added = 添加于 <time/>
passkey-list-used = 上次使用：<time/>
passkey-list-unused = 尚未使用
passkey-synced = 已同步
passkey-rename = 重命名
passkey-remove = 移除
passkey-unconfirmed = 添加之前，请先<link>验证你的邮箱</link>。
passkey-only = 你使用通行密钥登录，没有设置密码。
passkey-two-step = 仅凭密码无法登录，还需要通行密钥或验证码。
passkey-app-off =
    { $password ->
        [none] 未设置。通过邮件登录时，可用它完成第二步验证。
       *[other] 未设置。通行密钥不在手边时，可用它登录。
    }
passkey-app-set-up = 设置
passkey-app-remove-heading = 你的通行密钥会保留
passkey-app-remove-what =
    { $password ->
        [none] 你仍可使用通行密钥登录，恢复码仍然有效。
       *[other] 你仍可使用通行密钥登录，或使用密码加恢复码登录。
    }
passkey-rename-title = 重命名通行密钥
passkey-rename-button = 保存
passkey-name = 名称
passkey-name-hint = 例如它所在的位置：“工作手机”。
passkey-name-missing = 请输入名称。
passkey-name-too-long = 最多 100 个字符。
passkey-remove-title = 移除通行密钥？
passkey-remove-what = 之后将无法用它登录。你还可以在密码管理器或设备设置中删除它。
passkey-remove-button = 移除通行密钥
passkey-confirm-missing = 要继续，需要 JavaScript 和支持通行密钥的浏览器。
