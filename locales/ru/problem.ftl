### What is wrong with what a person typed.

problem-password-too-short = { $min ->
    [one] Нужен хотя бы { $min } символ.
    [few] Нужно хотя бы { $min } символа.
   *[many] Нужно хотя бы { $min } символов.
}
problem-password-too-long = Этот пароль слишком длинный.
problem-password-common = Этот пароль слишком распространён. Придумайте другой.
problem-password-personal = Не используйте свою почту, имя или название этого сервиса.

problem-email-missing = Введите почту.
problem-email-control-character = В адресе есть недопустимые символы.
problem-email-malformed = Введите адрес целиком, например name@example.com.
problem-email-too-long = Этот адрес слишком длинный.

problem-name = Введите обычное имя без ссылок, не длиннее 100 символов.

problem-code-exhausted = Слишком много неверных кодов. Запросите новое письмо и введите код из него.
problem-code-invalid-token = Срок действия кода истёк. Запросите новое письмо и введите код из него.
problem-code-used = Этот код уже использован.
