### The terms of use and the privacy notice: the page that asks for a new version, and the sentence above a button.

terms-title = 请阅读我们的条款
terms-title-new = 我们的条款已更新
terms-read = 请阅读<terms>使用条款</terms>和<privacy>隐私政策</privacy>。接受后才能继续。
terms-read-terms = 请阅读<terms>使用条款</terms>。接受后才能继续。
terms-read-privacy = 请阅读<privacy>隐私政策</privacy>。接受后才能继续。
terms-accept = 接受并继续
terms-refuse = 不接受
terms-refuse-app = 如果不接受，你将返回 { $app }，且不会登录。
terms-leave = 如果不接受，你将退出登录。你可以<data>下载你的数据</data>或<delete>删除账号</delete>。
terms-changed = 这是更新的版本。请阅读后再接受。
terms-agree = 创建账号即表示你接受<terms>使用条款</terms>和<privacy>隐私政策</privacy>。
terms-agree-terms = 创建账号即表示你接受<terms>使用条款</terms>。
terms-agree-privacy = 创建账号即表示你接受<privacy>隐私政策</privacy>。
