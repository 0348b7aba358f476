### The mails. Each has a subject, a preview beside it in the list of a mail program, a heading, and the words of its button.

# The name of the zone follows the time.
mail-when = { $time }（{ $zone }）
mail-hello = { $name }，你好：
mail-hello-nobody = 你好：
mail-code = 如果页面要求输入验证码，请输入：
mail-once = 链接和验证码只能使用一次，有效期至 { $when }。
mail-if-you = 如果是你本人操作，无需理会。
mail-button-help = 按钮无法使用？请将此地址复制到浏览器中打开：
mail-text-link = { $what }：
mail-sent-by = 由 { $server } 发送
mail-browser = { $browser }（{ $system }）
mail-browser-unknown = 未知设备

mail-activation =
    .subject = 激活你的 { $server } 账号
    .preview = 只差一步：验证你的邮箱。验证码：{ $code }。
    .heading = 激活你的账号
    .body = 有人（很可能就是你）用此邮箱注册了 { $server }。验证邮箱后，账号即可使用。
    .action = 激活账号
    .note = 没有注册过？请忽略此邮件。没有链接或验证码，任何人都无法使用你的邮箱。

mail-registered =
    .subject = 你已有 { $server } 账号
    .preview = 有人尝试用你的邮箱注册。你可以直接登录。
    .heading = 你已有账号
    .body = 有人（很可能就是你）尝试用此邮箱注册 { $server }。此邮箱已有账号，因此没有创建新账号。你可以直接登录。
    .action = 登录
    .forgot = 忘记密码？在此设置新密码：{ $link }
    .note = 不是你？无需任何操作。对方没有获知你账号的任何信息。

mail-reset =
    .subject = 重置你的 { $server } 密码
    .preview = 点击链接设置新密码。不是你？请忽略此邮件。
    .heading = 设置新密码
    .body = 有人（很可能就是你）请求为你的 { $server } 账号设置新密码。在你设置新密码之前，当前密码仍然有效。
    .action = 设置新密码
    .note = 没有请求过？请忽略此邮件，切勿将验证码告诉任何人。你的密码不会改变。

mail-password-changed =
    .subject = 你的 { $server } 密码已更改
    .heading = 你的密码已更改
    .body = 你的 { $server } 账号密码已于 { $when } 更改。
    .next = 如果是你本人操作，无需理会。如果不是，请立即夺回账号：
    .action = 设置新密码

mail-factor =
    .when = 时间：{ $when }。
    .left = { $count ->
        [0] 恢复码已全部用完。
       *[other] 还剩 { $count } 个恢复码。
    }
    .renew = 请提前生成新的恢复码。
    .next = 如果不是你本人操作，请立即检查账号：
    .action = 检查账号
    .note = 是别人操作的？请同时设置新密码：{ $link }

mail-factor-added =
    .subject = 你的 { $server } 账号已开启两步登录
    .heading = 两步登录已开启
    .body = 你的账号已添加身份验证器应用。今后登录时还需要输入该应用中的验证码。
mail-factor-removed =
    .subject = 你的 { $server } 账号已关闭两步登录
    .heading = 两步登录已关闭
    .body = 身份验证器应用已从你的账号中移除。现在登录不再需要第二步验证。
mail-factor-app-removed =
    .subject = 你的 { $server } 账号已移除身份验证器应用
    .heading = 身份验证器应用已移除
    .body = 身份验证器应用已从你的账号中移除。你的通行密钥会保留。
mail-factor-passkey-added =
    .subject = 你的 { $server } 账号已添加通行密钥
    .heading = 通行密钥已添加
    .body = 通行密钥“{ $passkey }”已添加到你的账号。无需密码即可用它登录。
mail-factor-passkey-removed =
    .subject = 你的 { $server } 账号已移除通行密钥
    .heading = 通行密钥已移除
    .body = 通行密钥“{ $passkey }”已从你的账号中移除。
mail-factor-last-passkey-removed =
    .subject = 你的 { $server } 账号已关闭两步登录
    .heading = 两步登录已关闭
    .body = 通行密钥“{ $passkey }”已从你的账号中移除。现在登录不再需要第二步验证。
mail-factor-passkey-copied =
    .subject = 你的 { $server } 账号的通行密钥可能已被复制
    .heading = 通行密钥可能已被复制
    .body = 有人使用通行密钥“{ $passkey }”登录，但其计数器出现回退。使用安全密钥的副本时可能会出现这种情况。如果你不信任它，请移除该通行密钥。
mail-factor-reset =
    .subject = 你的 { $server } 账号的两步登录已重置
    .heading = 两步登录已重置
    .body = 管理员移除了你账号的身份验证器应用、通行密钥和恢复码。所有会话均已结束。现在登录不再需要第二步验证。
mail-factor-codes-renewed =
    .subject = 你的 { $server } 账号有了新的恢复码
    .heading = 新的恢复码
    .body = 已为你的账号生成新的恢复码。旧的恢复码不再有效。
mail-factor-code-used =
    .subject = 你的 { $server } 账号使用了恢复码
    .heading = 有人使用了恢复码
    .body = 有人登录了你的账号，并在第二步使用了恢复码。
mail-factor-codes-guessed =
    .subject = 你的 { $server } 账号有错误的验证码输入
    .heading = 有人多次输入错误的验证码
    .body = 有人通过了登录的第一步，随后多次输入错误的验证码。对方没有登录成功，验证码输入已暂停几分钟。如果不是你，说明有人知道你的密码，或在使用与你的账号相关联的账号。

mail-upstream-connected =
    .subject = 现在可以用 { $provider } 登录 { $server }
    .heading = 已关联 { $provider }
    .body = { $operator ->
        [yes] 管理员已将一个 { $provider } 账号关联到你的 { $server } 账号。现在可以用它登录。
       *[other] 一个 { $provider } 账号已关联到你的 { $server } 账号。现在可以用它登录。
    }
mail-upstream-disconnected =
    .subject = 不能再用 { $provider } 登录 { $server }
    .heading = 已取消关联 { $provider }
    .body = { $operator ->
        [yes] 管理员已取消你的 { $provider } 账号与 { $server } 账号的关联。不能再用它登录。
       *[other] 你的 { $provider } 账号已与 { $server } 账号取消关联。不能再用它登录。
    }

mail-password-guessed =
    .subject = 有人在猜测你的 { $server } 密码
    .preview = 没有人登录成功。你使用的浏览器不受影响。
    .heading = 有人在猜测你的密码
    .body = 自 { $when } 起，有人从不同地点多次尝试登录你的 { $server } 账号，均因不知道密码而失败。
    .more = 你登录过的浏览器可照常使用。其他浏览器现在还需要输入邮件中的验证码。
    .next = 如果你在其他地方使用了相同的密码，请设置新密码：
    .action = 设置新密码
    .note = 此类邮件每天最多发送一封。切勿将邮件中的验证码告诉任何人。

mail-check-code =
    .subject = 你的 { $server } 验证码
    .preview = 验证码：{ $code }。
    .heading = 请输入此验证码
    .body = 请在同一浏览器中，在要求输入验证码的 { $server } 页面上输入。有效期至 { $when }。
    .action = 输入验证码
    .code = 验证码：
    .note = 没有请求过验证码？请忽略此邮件，切勿将验证码告诉任何人。

mail-factor-reset-planned =
    .subject = 你的 { $server } 第二重验证将被移除
    .preview = 在 { $when } 之前，你可以阻止此操作。
    .heading = 你的第二重验证将被移除
    .body = 有人请求管理员移除你的 { $server } 账号的第二重验证。此操作将于 { $when } 执行。届时所有会话都将结束，仅凭密码即可登录。
    .next = 如果是你因手机丢失而提出的请求，请等待。如果不是，请立即阻止：
    .action = 保留我的第二重验证
    .note = 使用第二重验证登录也会阻止此操作。
    .stranger = 没有提出过请求？可能有人知道你的密码。请设置新密码：{ $link }

mail-new-browser =
    .subject = 你的 { $server } 账号有新的登录
    .heading = 你的账号有新的登录
    .body = 有人（很可能就是你）从一个未曾用过的浏览器或应用登录了你的 { $server } 账号。
    .facts = { $named ->
        [yes] 设备：{ $browser }，应用：{ $app }，时间：{ $when }，网络地址：{ $ip }。
       *[no] 设备：{ $browser }，时间：{ $when }，网络地址：{ $ip }。
    }
    .next = 如果是你本人操作，无需理会。如果不是，请退出所有会话并设置新密码：
    .action = 不是我本人
    .note = 链接只能使用一次，有效期至 { $when }。打开链接不会立即改变任何内容。

mail-session-ended =
    .subject = { $named ->
        [yes] { $server } 已结束你在 { $app } 的登录
       *[no] { $server } 已结束你在某个应用的登录
    }
    .preview = 该登录的密钥被使用了两次。你可能需要重新登录。
    .heading = 为安全起见，我们结束了一个登录
    .body = { $named ->
        [yes] { $when }，用于让你在 { $app } 保持登录的密钥在更换之后又被使用了一次。这可能是应用的故障，也可能是有人复制了密钥。因此我们结束了这个登录。
       *[no] { $when }，用于让你在某个应用保持登录的密钥在更换之后又被使用了一次。这可能是应用的故障，也可能是有人复制了密钥。因此我们结束了这个登录。
    }
    .next = { $named ->
        [yes] 如果 { $app } 要求你重新登录，原因就在于此。请检查其他登录，并结束不属于你的登录：
       *[no] 如果某个应用要求你重新登录，原因就在于此。请检查其他登录，并结束不属于你的登录：
    }
    .action = 查看登录记录
    .note = 有不属于你的登录？请同时设置新密码：{ $link }

mail-access-request =
    .subject = { $named ->
        [yes] { $app } 请求访问你的 { $server } 账号
       *[no] 有应用请求访问你的 { $server } 账号
    }
    .preview = 请先查看请求再答复。不是你？拒绝或不予理会即可。
    .heading = 有一个请求等待你答复
    .body = { $named ->
        [yes] { $app } 请求访问你的 { $server } 账号。有人（很可能就是你）在另一台设备上，或通过为你服务的人员发起了此请求。
       *[no] 有应用请求访问你的 { $server } 账号。有人（很可能就是你）在另一台设备上，或通过为你服务的人员发起了此请求。
    }
    .next = 查看请求的内容，然后允许或拒绝。
    .action = 查看请求
    .expiry = 请求的有效期至 { $when }。
    .note = 不是你发起的？请拒绝，或不予理会。没有你的答复，任何人都无法获得访问权限。

mail-test =
    .subject = 来自 { $server } 的测试邮件
    .preview = 邮件可以从服务器发出并送达这里。
    .heading = 邮件送达正常
    .body = { $server } 的运维人员于 { $when } 发送了这封测试邮件。邮件可以从服务器发出并送达这里。
    .action = 打开 { $server }
    .note = 没有预料到？请忽略此邮件。

mail-new-address =
    .subject = 验证你的 { $server } 新邮箱
    .preview = 请验证此邮箱。验证码：{ $code }。
    .heading = 验证新邮箱
    .body = 有人（很可能就是你）想将此邮箱用于 { $server } 账号。验证后，即可用它登录。
    .action = 验证此邮箱
    .note = 没有请求过？请忽略此邮件，这样任何人都无法使用你的邮箱。

mail-address-taken =
    .subject = 你的邮箱在 { $server } 已被使用
    .preview = 此邮箱已有账号，或几天前还有账号。
    .heading = 此邮箱已被使用
    .body = 有人（很可能就是你）想将此邮箱用于 { $server } 账号。此邮箱已有账号，或几天前还有账号，因此没有任何更改。
    .next = 账号以前使用的邮箱会在一周后释放。
    .action = 登录
    .note = 不是你？无需任何操作。

mail-address-once = 链接只能使用一次，有效期至 { $when }。

mail-address-requested =
    .subject = 要更改 { $server } 账号的邮箱吗？
    .heading = 有人请求更改你的邮箱
    .body = { $when }，有人请求将你账号的邮箱更改为 { $address }。目前没有任何更改。
    .action = 设置新密码
    .note = 如果不是你，说明有人知道你的密码。
mail-address-changed =
    .subject = 你的 { $server } 账号邮箱已更改
    .heading = 你的邮箱已更改
    .body = { $when }，你账号的邮箱已更改为 { $address }。如果不是你本人操作，请夺回账号：
    .action = 不是我
    .note = 仅打开链接不会更改任何内容。
mail-address-set =
    .subject = 你的 { $server } 账号邮箱已更改
    .heading = 你的邮箱已更改
    .body = { $when }，管理员将你账号的邮箱更改为 { $address }。
    .action = 设置新密码
    .note = 没有预料到？请联系支持人员。
mail-address-restored =
    .subject = { $server } 不再使用你的邮箱
    .heading = 邮箱更改已撤销
    .body = { $when }，{ $address } 的所有者撤销了改为此邮箱的更改。所有会话均已结束。
    .action = 设置新密码
    .note = 这曾是你的账号？请联系支持人员。

mail-deletion-requested =
    .subject = 你的 { $server } 账号将被删除
    .heading = 你的账号将被删除
    .body = 你的账号将于 { $when } 删除。所有会话均已结束。如要保留账号，请在此之前登录。
mail-deletion-soon =
    .subject = 你的 { $server } 账号即将被删除
    .heading = 你的账号即将被删除
    .body = 你的账号将于 { $when } 删除。如要保留，请在此之前登录。
mail-deletion-cancelled =
    .subject = 你的 { $server } 账号不会被删除
    .heading = 你的账号已保留
    .body = 你的账号原定于 { $when } 删除。有人（很可能就是你）重新登录，因此账号已保留。

mail-sign-in-code =
    .subject = 你的 { $server } 登录验证码
    .preview = 你的验证码是 { $code }。请勿告诉任何人。
    .heading = 你的登录验证码
    .body = { $second ->
        [yes] 此验证码是登录 { $server } 的第二步。请在同一浏览器中请求它的页面上输入。验证码只能使用一次，{ $when } 前有效。
       *[no] 此验证码用于登录 { $server }。请在同一浏览器中请求它的页面上输入。验证码只能使用一次，{ $when } 前有效。
    }
    .action = 前往登录页面
    .code = 你的验证码：
    .never = 请勿在电话中或其他页面上把此验证码告诉任何人。我们的工作人员不会向你索要。
    .note = 没有请求验证码？请忽略此邮件。没有验证码，任何人都无法登录。
    .stranger = 没有请求验证码？说明有人知道你的密码。请立即更改密码。

mail-deletion-unverified =
    .subject = 请验证邮箱，否则你的 { $server } 账号将被删除
    .heading = 请验证邮箱
    .body = 有人（很可能就是你）用此邮箱注册，但尚未验证。请使用首封邮件中的链接，或登录以获取新链接。否则账号将于 { $when } 删除。

mail-invitation =
    .subject = 邀请你加入 { $server }
    .preview = 通过链接创建账号。
    .heading = 创建账号
    .body = 你受邀加入 { $server }。请通过此链接创建账号。链接仅可使用一次，有效期至 { $when }。
    .action = 创建账号
    .note = 如果你不认识这封邀请，请忽略此邮件。
mail-registration-approved =
    .subject = 你的 { $server } 账号已可使用
    .preview = 现在可以登录。
    .heading = 你的账号已可使用
    .body = 你的 { $server } 账号已获批准，现在可以登录。
    .action = 登录
mail-registration-refused =
    .subject = 你的 { $server } 账号未获批准
    .preview = 账号已删除。
    .heading = 你的账号未获批准
    .body = 你的 { $server } 账号申请未获批准。账号及其数据已删除。
    .action = 打开 { $server }
