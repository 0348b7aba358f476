sign-up-title = Создание аккаунта
sign-up-email-hint = Мы отправим письмо, чтобы подтвердить, что адрес ваш.
sign-up-button = Создать аккаунт
sign-up-sign-in = Уже есть аккаунт? <link>Войти</link>
sign-up-username-taken = Это имя пользователя занято.

# After the form: the same page for every address.
sign-up-sent = Проверьте почту
sign-up-sent-lead = Мы отправили письмо на <email>{ $email }</email>. Откройте ссылку в нём, чтобы закончить.
sign-up-sent-done = Уже готово? <link>Перейти ко входу</link>.
sign-up-nothing = Ничего не пришло?
sign-up-nothing-text = Подождите минуту и проверьте папку «Спам». Затем запросите ещё одно.
sign-up-sent-again = Если этот адрес нужно подтвердить, ещё одно письмо уже в пути.

# On the way to an app, with an address that is not confirmed yet.

