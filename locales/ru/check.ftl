### The check of a browser before a form is accepted: by its script, or by a code in a mail.

check-needed = В вашей сети слишком много неудачных попыток входа. Введите данные ещё раз: теперь браузер пройдёт короткую проверку.
check-working = Проверяем браузер. Это займёт несколько секунд.
check-failed = Браузеру не удалось пройти проверку.
check-by-mail = Получить код по почте
check-no-script = Вашей сети нужна проверка, для которой требуется JavaScript. Можно также <link>получить код по почте</link>.
check-guessed = Кто-то подбирает пароль к этому аккаунту. Чтобы войти в новом браузере, сначала получите код по почте.
check-title = Код по почте
check-lead = Мы отправим вам код. Введите его, и в этом браузере можно будет продолжить.
check-send = Отправить код
check-back = Назад
check-done = Готово, можно продолжать. Введите данные ещё раз.
check-email-invalid = Введите правильный адрес почты.

check-code-title = Проверьте почту
check-code-lead = Если адрес <email>{ $email }</email> подходит, код уже отправлен. Введите его в этом браузере.
check-code-label = Код
check-code-hint = Он выглядит так: ABCD-2345.
check-code-button = Продолжить
check-code-again = Отправить другой код
check-code-missing = Введите код из письма.
check-code-wrong = Это не тот код, что в письме.
check-code-over = Этот код больше не действует. Запросите другой.
