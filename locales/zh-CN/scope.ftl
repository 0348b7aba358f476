### What an app may do, in words for people.

scope-openid = 识别你的身份
scope-openid-about = 你账号的固定标识符。
scope-email = 查看你的邮箱
scope-profile = 查看你的个人资料
scope-profile-about = 你的姓名、头像、用户名（或邮箱）、语言和时区。
scope-groups = 查看你的群组
scope-groups-about = 你在此所属群组的名称。
scope-roles = 查看你的角色
scope-roles-about = 你在此拥有的角色名称。

# A scope of a resource server, when several could be meant.
scope-at = { $title }（{ $resource }）

# Single claims, which an app asks for without the scope that has them.
scope-claim-email = 查看你的邮箱
scope-claim-email-verified = 查看你的邮箱是否已验证
scope-claim-name = 查看你的姓名
scope-claim-given-name = 查看你的名字
scope-claim-family-name = 查看你的姓氏
scope-claim-preferred-username = 查看你的用户名或邮箱
scope-claim-picture = 查看你的头像
scope-claim-locale = 查看你的语言
scope-claim-zoneinfo = 查看你的时区
scope-claim-groups = 查看你的群组
scope-claim-roles = 查看你的角色
scope-claim-updated-at = 查看你的个人资料的更新时间
scope-claim-other = 查看你的 { $claim }

# How long an app stays connected.
scope-ends = { $longest }后或你移除它时结束。
scope-ends-idle = { $idle }未使用后、最迟 { $longest }后，或你移除它时结束。
scope-days = { $count } 天
scope-years = { $count } 年

# What an app asks for beside its scopes (authorization_details).
scope-details = 详情
scope-yes = 是
scope-no = 否

# What to know about an app before allowing it.
scope-note-renamed = 自你允许之后，此应用更改了名称。它原名 { $name }。
scope-note-moved = 自你允许之后，此应用更改了返回地址。
scope-note-self-registered = 此应用是自行注册的，尚未经过这里的审核。
scope-note-document = 只能通过地址识别此应用：{ $host }
scope-note-scheme = 它会通过 { $scheme } 打开此设备上的应用，其他应用也可能使用这一地址。仅当这是你本人发起时才继续。
scope-note-loopback = 你将返回此设备上的程序。仅当这是你本人发起时才继续。
scope-note-return = 你将返回 { $host }
scope-registered = 由 { $server } 的管理员注册
scope-registered-itself = 经 { $server } 的管理员许可自行注册
