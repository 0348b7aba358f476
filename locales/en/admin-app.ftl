### The administration of apps: the guide, the settings to paste, the preview.

admin-guide-title = Create an app
admin-guide-kind = What kind of app is it?
admin-guide-all = All settings in one form
admin-guide-resource = An API or MCP server: register a resource server
admin-guide-do = Create the app
admin-needed = Fill this in.
admin-kind-web = Web app with a server
admin-kind-web-about = Its server keeps a secret: Express, Django, Spring Boot, Grafana and others.
admin-kind-browser = Single-page app in the browser
admin-kind-browser-about = All its code runs in the browser, so it has no secret. PKCE protects the sign-in.
admin-kind-native = Mobile or desktop app
admin-kind-native-about = It is installed on a device, so it has no secret. PKCE protects the sign-in.
admin-kind-machine = Machine, without a person
admin-kind-machine-about = A program that calls an API in its own name, such as a nightly job.
admin-kind-mcp = MCP client
admin-kind-mcp-about = A tool that calls an MCP server for a person. The MCP server itself is a resource server.
admin-kind-device = Device: TV or command line
admin-kind-device-about = It shows a code, which the person types in on a phone or a computer.
admin-page-settings = Settings to paste into the app
admin-settings-title = Settings to paste into the app
admin-settings-values = Values
admin-settings-secret-gone = The secret was shown once and is not kept in readable form. Replace it if it is lost.
admin-settings-paste = To paste
admin-settings-choose = Choose what the app is made with.
admin-settings-redirect = This stack returns to { $address }. Register that address before the first sign-in.
admin-settings-guide = The whole guide: { $file }

admin-field-discovery = Discovery
admin-field-token-endpoint = Token endpoint
admin-field-device-endpoint = Device authorization endpoint
admin-field-redirect-uris-hint = Where the browser returns after the sign-in, such as https://app.example.com/callback. Compared as an exact string.
admin-field-post-logout-redirect-uris-hint = Where people may return to after they signed out. May stay empty.
admin-field-allowed-resources-hint = The identifiers of the APIs that the app calls, one in a line.
admin-field-scope-hint = Separated by spaces.

admin-preview-title = What would this app see?
admin-preview-about = Nothing is issued, and nobody signs in.
admin-preview-account = The email, the user name or the id of a person.
admin-preview-scope = Empty for all that the app may ask for. Separated by spaces.
admin-preview-do = Show
admin-preview-may = The person may use this app
admin-preview-may-not = The person may not use this app
admin-preview-ignored = The app may not have these scopes: { $scopes }
admin-preview-id-token = Claims of the ID token
admin-preview-userinfo = Claims at userinfo
admin-page-preview = What would this app see of a person?
