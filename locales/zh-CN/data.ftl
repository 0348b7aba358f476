### The download of what is kept about a person.

data-title = 你的数据
data-file = 下载你的数据
data-text = 文件包含我们保存的关于你的全部内容：个人资料、登录方式、会话、应用、群组和历史记录。请妥善保管。
data-left-out = 文件不含密码、验证码或密钥。我们不保存已发送的邮件。
data-download = 下载
data-too-often = 你今天已多次下载数据。请明天再试。
data-link = 下载你的数据
