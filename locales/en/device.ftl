device-title = Connect a device
device-lead = Enter the code your device shows.
device-code = Code
device-code-hint = It looks like BCDF-GHJK.
device-confirm = Connect this device?
device-confirm-lead = Continue only if the device in front of you shows exactly this code:
device-elsewhere = The device asked from a different network than this browser. Did someone send you this code? Then don’t connect it.
device-device = Device
device-from = Request from
device-connect = Connect
device-refuse = Don’t connect
device-connected = Device connected
device-connected-app = <app>{ $app }</app> continues by itself in a moment. You can close this page.
device-connected-text = It continues by itself in a moment. You can close this page.
device-refused = Device not connected
device-refused-text = It gets no access. You can close this page.

# What is wrong with a code.
device-missing = Enter the code your device shows.
device-unknown = There is no such code. Check it on your device; it has eight letters.
device-used-up = This code was already answered or has expired. Let your device show a new one.
device-page-too-old = This page was open for too long. Enter the code again.
device-too-many = Too many wrong codes. Try again in a few minutes.
device-failed = The device could not be connected. Try again, with a new code if this one fails.
