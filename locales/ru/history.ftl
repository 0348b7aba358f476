history-title = Ваши входы
history-lead = За последние 90 дней, сначала новые. Это были не вы? <password>Измените пароль</password>.
history-latest = Последние входы
history-earlier = Более ранние входы
history-none = Входов пока нет.
history-none-earlier = Более ранних входов нет.
history-failed = ошибка
history-times = { $times ->
    [one] { $times } раз за минуту
    [few] { $times } раза за минуту
   *[many] { $times } раз за минуту
}
history-for-app = для { $app }
history-newest = Новые
history-older = Ранние
history-back = Назад к сеансам

# What happened.
history-upstream = Вход через { $provider }
history-upstream-totp = Вход через { $provider } и приложение-аутентификатор
history-upstream-passkey = Вход через { $provider } и ключ доступа
history-upstream-recovery-code = Вход через { $provider } и код восстановления
history-upstream-wrong-code = Вход через { $provider }, код неверный
history-password = Вход по паролю
history-password-totp = Вход по паролю и приложению-аутентификатору
history-password-recovery-code = Вход по паролю и коду восстановления
history-password-mail = Вход по паролю и коду из письма
history-trusted = Вход по паролю в доверенном браузере
history-trusted-mail = Вход по коду из письма в доверенном браузере
history-trusted-upstream = Вход через { $provider } в доверенном браузере
history-confirmed = Пароль подтверждён
history-mail = Вход по коду из письма
history-mail-totp = Вход по коду из письма и приложению-аутентификатору
history-mail-passkey = Вход по коду из письма и ключу доступа
history-mail-recovery-code = Вход по коду из письма и коду восстановления
history-half-mail = Верный код из письма, запрошен второй фактор
history-wrong-mail-code = Неверный код из письма
history-half = Пароль верный, запрошен код
history-passkey = Вход с ключом доступа
history-password-passkey = Вход с паролем и ключом доступа
history-confirmed-passkey = Подтверждено ключом доступа
history-wrong-passkey = Ключ доступа отклонён
history-wrong-second-passkey = Верный пароль, ключ доступа отклонён
history-wrong-password = Неверный пароль
history-wrong-code = Пароль верный, код неверный
history-blocked = Слишком много неверных кодов
