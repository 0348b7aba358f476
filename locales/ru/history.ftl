history-title = Ваши входы
history-lead = За последние 90 дней, сначала новые. Это были не вы? <password>Измените пароль</password>.
history-latest = Последние входы
history-earlier = Более ранние входы
history-none = Входов пока нет.
history-none-earlier = Более ранних входов нет.
history-failed = ошибка
history-for-app = для { $app }
history-newest = Новые
history-older = Ранние
history-back = Назад к сеансам

# What happened.
history-upstream = Вход через { $provider }
history-upstream-totp = Вход через { $provider } и приложение-аутентификатор
history-upstream-recovery-code = Вход через { $provider } и код восстановления
history-upstream-wrong-code = Вход через { $provider }, код неверный
history-password = Вход по паролю
history-password-totp = Вход по паролю и приложению-аутентификатору
history-password-recovery-code = Вход по паролю и коду восстановления
history-confirmed = Пароль подтверждён
history-half = Пароль верный, запрошен код
history-wrong-password = Неверный пароль
history-wrong-code = Пароль верный, код неверный
history-blocked = Слишком много неверных кодов
