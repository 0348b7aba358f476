### The page for a person who is signed in and may not use the app that sent them here.

no-access-title = 你无权使用 { $app }
no-access-why = 你的账号不在可使用此应用的群组中。如需使用，请联系管理员开通权限。
no-access-back = 返回 { $app }
no-access-reload-hint = 已经开通？<again>重试</again>。
