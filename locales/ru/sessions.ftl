sessions-title = Сеансы
sessions-here = Где выполнен вход
sessions-current = этот
sessions-last-seen = последняя активность: <when/>
sessions-signed-in = Вход: <when/>
sessions-signed-in-with = Вход ({ $method }): <when/>
sessions-apps = Приложения: { $apps }
sessions-end = Завершить
sessions-end-of = сеанс: { $browser }
sessions-end-others = Выйти на всех других устройствах
sessions-history = Посмотрите <history>последние входы</history>, в том числе неудачные.
sessions-lost = Потеряли устройство?
sessions-lost-text = Выйдите на всех устройствах и во всех приложениях, включая это.
sessions-end-all = Выйти везде
sessions-ended = Этот сеанс завершён.
sessions-ended-before = Этот сеанс уже был завершён.
sessions-ended-others = Выполнен выход на всех других устройствах.
sessions-browser = { $browser } на { $system }
sessions-browser-unknown = Неизвестное устройство

# How somebody signed in. Words of a list.
sessions-method-pwd = пароль
sessions-method-fed = другой сервис
sessions-method-second = второй фактор
sessions-method-otp = приложение-аутентификатор
sessions-method-passkey = ключ доступа
sessions-method-mail = код из письма
sessions-method-recovery = код восстановления

# Browsers without the second step.
sessions-trusted = Доверенные браузеры
sessions-trusted-text = Здесь вы входите без второго шага. Доверие прекращается, если изменить способ входа или выйти везде.
sessions-trusted-since = Доверенный с <since/>, до <until/>
sessions-trusted-used = Последнее использование: <when/>
sessions-trusted-end = Не доверять
sessions-trusted-end-all = Не доверять всем браузерам
sessions-trusted-ended = В этом браузере снова требуется второй шаг.
sessions-trusted-ended-all = Во всех браузерах снова требуется второй шаг.
sessions-trusted-ended-before = Этот браузер уже не был доверенным.
