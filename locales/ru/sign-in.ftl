sign-in-title = Вход
# A certain account has to confirm itself. Its address is shown and fixed.
sign-in-title-known = Подтвердите, что это вы
sign-in-name = Почта или имя пользователя
sign-in-button = Войти
sign-in-forgot = Забыли пароль?
sign-in-register = Ещё нет аккаунта? <link>Создать</link>
sign-in-name-missing = Введите почту или имя пользователя.
sign-in-name-too-long = Слишком длинно для почты или имени пользователя.
sign-in-password-missing = Введите пароль.
sign-in-refused = Неверная почта или пароль. После слишком многих попыток вход приостанавливается на несколько минут.
sign-in-other-account = Приложение ждёт другой аккаунт. Войдите с ним или вернитесь в приложение.
sign-in-ended = Вы вышли из аккаунта. Войдите, чтобы продолжить.
sign-in-disabled = Этот аккаунт отключён. Обратитесь к администраторам сервиса.
