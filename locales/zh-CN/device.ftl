device-title = 连接设备
device-lead = 请输入设备上显示的代码。
device-code = 代码
device-code-hint = 形如 BCDF-GHJK。
device-confirm = 连接此设备？
device-confirm-lead = 仅当你面前的设备显示完全相同的代码时才继续：
device-elsewhere = 该设备与此浏览器不在同一网络。如果代码是别人发给你的，请不要连接。
device-device = 设备
device-from = 请求来源
device-connect = 连接
device-refuse = 不连接
device-connected = 设备已连接
device-connected-app = <app>{ $app }</app> 稍后会自动继续。可以关闭此页面。
device-connected-text = 设备稍后会自动继续。可以关闭此页面。
device-refused = 设备未连接
device-refused-text = 它不会获得访问权限。可以关闭此页面。

# What is wrong with a code.
device-missing = 请输入设备上显示的代码。
device-unknown = 没有这个代码。请核对设备上的代码，共八个字母。
device-used-up = 此代码已被处理或已过期。请让设备显示新的代码。
device-page-too-old = 页面打开时间过长，请重新输入代码。
device-too-many = 代码错误次数过多，请几分钟后再试。
device-failed = 无法连接设备。请重试；如仍失败，请使用新的代码。
