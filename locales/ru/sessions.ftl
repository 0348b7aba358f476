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
