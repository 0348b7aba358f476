### The administration of apps: the guide, the settings to paste, the preview.

admin-guide-title = 创建应用
admin-guide-kind = 这是哪一类应用？
admin-guide-all = 在一个表单中填写全部设置
admin-guide-resource = API 或 MCP 服务器：注册资源服务器
admin-guide-do = 创建应用
admin-needed = 请填写此项。
admin-kind-web = 带服务器的网站应用
admin-kind-web-about = 密钥保存在它的服务器上，例如 Express、Django、Spring Boot、Grafana。
admin-kind-browser = 浏览器中的单页应用
admin-kind-browser-about = 代码全部在浏览器中运行，因此没有密钥。登录由 PKCE 保护。
admin-kind-native = 手机或桌面应用
admin-kind-native-about = 安装在设备上，因此没有密钥。登录由 PKCE 保护。
admin-kind-machine = 无人参与的程序
admin-kind-machine-about = 以自己的名义调用 API 的程序，例如夜间任务。
admin-kind-mcp = MCP 客户端
admin-kind-mcp-about = 代表用户调用 MCP 服务器的工具。MCP 服务器本身是资源服务器。
admin-kind-device = 设备：电视或命令行
admin-kind-device-about = 它显示一个代码，用户在手机或电脑上输入。
admin-page-settings = 可粘贴到应用中的设置
admin-settings-title = 可粘贴到应用中的设置
admin-settings-values = 各项值
admin-settings-secret-gone = 密钥只显示过一次，不以可读形式保存。如果丢失，请更换。
admin-settings-paste = 粘贴内容
admin-settings-choose = 请选择应用使用的技术。
admin-settings-redirect = 这种技术的重定向地址是 { $address }。请在第一次登录前注册它。
admin-settings-guide = 完整指南：{ $file }

admin-field-discovery = 发现文档
admin-field-token-endpoint = 令牌端点
admin-field-device-endpoint = 设备授权端点
admin-field-redirect-uris-hint = 登录后浏览器返回的地址，例如 https://app.example.com/callback。按字符串精确比较。
admin-field-post-logout-redirect-uris-hint = 退出登录后可以返回的地址。可以留空。
admin-field-allowed-resources-hint = 应用要调用的 API 的标识符，每行一个。
admin-field-scope-hint = 用空格分隔。

admin-preview-title = 此应用会看到什么？
admin-preview-about = 不会签发任何令牌，也没有人登录。
admin-preview-account = 用户的邮箱、用户名或 ID。
admin-preview-scope = 留空表示应用可以请求的全部范围。用空格分隔。
admin-preview-do = 显示
admin-preview-may = 此用户可以使用这个应用
admin-preview-may-not = 此用户不能使用这个应用
admin-preview-ignored = 应用不能获得这些范围：{ $scopes }
admin-preview-id-token = ID 令牌中的声明
admin-preview-userinfo = userinfo 中的声明
admin-page-preview = 此应用会看到用户的哪些信息？
