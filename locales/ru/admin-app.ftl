### The administration of apps: the guide, the settings to paste, the preview.

admin-guide-title = Создать приложение
admin-guide-kind = Какое это приложение?
admin-guide-all = Все настройки в одной форме
admin-guide-resource = API или сервер MCP: зарегистрировать сервер ресурсов
admin-guide-do = Создать приложение
admin-needed = Заполните это поле.
admin-kind-web = Веб-приложение с сервером
admin-kind-web-about = Секрет хранит его сервер: Express, Django, Spring Boot, Grafana и другие.
admin-kind-browser = Одностраничное приложение в браузере
admin-kind-browser-about = Весь код работает в браузере, поэтому секрета нет. Вход защищает PKCE.
admin-kind-native = Мобильное или настольное приложение
admin-kind-native-about = Оно установлено на устройстве, поэтому секрета нет. Вход защищает PKCE.
admin-kind-machine = Программа без участия человека
admin-kind-machine-about = Обращается к API от своего имени, например ночное задание.
admin-kind-mcp = Клиент MCP
admin-kind-mcp-about = Инструмент, который обращается к серверу MCP от имени человека. Сам сервер MCP — это сервер ресурсов.
admin-kind-device = Устройство: телевизор или командная строка
admin-kind-device-about = Показывает код, который человек вводит на телефоне или компьютере.
admin-page-settings = Настройки для вставки в приложение
admin-settings-title = Настройки для вставки в приложение
admin-settings-values = Значения
admin-settings-secret-gone = Секрет был показан один раз и не хранится в читаемом виде. Если он потерян, замените его.
admin-settings-paste = Для вставки
admin-settings-choose = Выберите, на чём сделано приложение.
admin-settings-redirect = Здесь адрес возврата — { $address }. Зарегистрируйте его до первого входа.
admin-settings-guide = Полное руководство: { $file }

admin-field-discovery = Обнаружение (discovery)
admin-field-token-endpoint = Адрес токенов
admin-field-device-endpoint = Адрес авторизации устройств
admin-field-redirect-uris-hint = Куда браузер возвращается после входа, например https://app.example.com/callback. Сравнивается точно, знак за знаком.
admin-field-post-logout-redirect-uris-hint = Куда можно вернуться после выхода. Можно оставить пустым.
admin-field-allowed-resources-hint = Идентификаторы API, к которым обращается приложение, по одному в строке.
admin-field-scope-hint = Через пробел.

admin-preview-title = Что увидит приложение?
admin-preview-about = Ничего не выдаётся, и никто не входит.
admin-preview-account = Адрес почты, имя пользователя или ID человека.
admin-preview-scope = Пусто: всё, что приложение может запросить. Через пробел.
admin-preview-do = Показать
admin-preview-may = Этот человек может пользоваться приложением
admin-preview-may-not = Этот человек не может пользоваться приложением
admin-preview-ignored = Этих прав у приложения не может быть: { $scopes }
admin-preview-id-token = Утверждения ID-токена
admin-preview-userinfo = Утверждения userinfo
admin-page-preview = Что приложение увидит о человеке?
