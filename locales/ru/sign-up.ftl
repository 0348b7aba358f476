sign-up-title = Создание аккаунта
sign-up-email-hint = Мы отправим код, чтобы подтвердить, что адрес ваш.
sign-up-button = Создать аккаунт
sign-up-sign-in = Уже есть аккаунт? <link>Войти</link>
sign-up-username-taken = Это имя пользователя занято.

# After the form: the same page for every address.
sign-up-sent = Проверьте почту
sign-up-nothing = Ничего не пришло?

# On the way to an app, with an address that is not confirmed yet.

