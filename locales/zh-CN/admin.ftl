### The administration pages.

admin-title = 管理
admin-nav = 栏目
admin-facts = 详细信息
admin-acts = 可执行的操作
admin-search = 邮箱或姓名
admin-search-do = 搜索
admin-search-all = 显示全部
admin-nothing-found = 没有找到结果。
admin-first-page = 第一页
admin-next-page = 下一页
admin-all = 显示全部
admin-cancel = 取消
admin-none = 无
admin-none-chosen = 未选择
admin-yes = 是
admin-no = 否
admin-once = 仅显示这一次。请在离开此页前复制。
admin-send-again = 你刚刚重新登录。请检查表单并再次提交。
admin-detail = { $detail }

admin-section-accounts = 账号
admin-section-accounts-about = 登录的用户。
admin-empty-accounts = 还没有账号。
admin-section-invitations = 邀请
admin-section-invitations-about = 用于注册的链接。
admin-empty-invitations = 没有邀请。
admin-section-waiting-accounts = 等待批准
admin-section-waiting-accounts-about = 已注册并等待答复的用户。
admin-empty-waiting-accounts = 没有等待中的用户。
admin-section-groups = 群组
admin-section-groups-about = 应用可以读取的用户群组。
admin-empty-groups = 还没有群组。
admin-section-clients = 客户端
admin-section-clients-about = 让用户登录或调用资源服务器的应用。
admin-empty-clients = 还没有客户端。
admin-section-resources = 资源服务器
admin-section-resources-about = 接受本服务令牌的 API。
admin-empty-resources = 还没有资源服务器。
admin-section-audit-entries = 审计记录
admin-section-audit-entries-about = 谁在何处做了什么。
admin-empty-audit-entries = 没有记录。
admin-section-upstreams = 其他登录服务
admin-section-upstreams-about = 用户可用来登录的服务。
admin-empty-upstreams = 没有其他登录服务。

admin-tag-disabled = 已停用
admin-tag-unverified = 邮箱未验证

admin-part-get-account-roles = 角色
admin-part-get-account-factors = 第二重验证
admin-part-list-account-groups = 群组
admin-part-list-account-upstreams = 与其他登录服务的连接
admin-part-list-audit-entries = 审计记录
admin-part-get-account-new-email = 等待确认的新邮箱
admin-part-list-group-members = 成员
admin-part-list-client-errors = 最近的错误
