security-title = Безопасность
security-save-codes = Сохраните коды восстановления
security-save-codes-text = Без них потеря телефона может закрыть вам доступ к аккаунту.
security-show-codes = Показать коды
security-two-step = Двухэтапный вход
security-on = включён
security-off = выключен
security-on-text =
    { $password ->
        [none] На втором этапе входа нужен код.
       *[other] Для входа нужны пароль и код.
    }
security-app = Приложение-аутентификатор
security-app-since = Настроено <when/>
security-last-used = Последнее использование: <when/>
security-remove = Удалить
security-remove-app = приложение-аутентификатор
security-codes = Коды восстановления
security-codes-few =
    { $count ->
        [0] не осталось
        [one] остался { $count }
       *[other] осталось { $count }
    }
security-codes-left = Осталось { $count } из { $of }. С ними можно войти без приложения и ключа доступа.
security-codes-make = Создайте новые, пока они не понадобились.
security-codes-made = Созданы <when/>
security-codes-renew = Заменить
security-codes-renew-of = коды восстановления
security-off-text =
    { $password ->
        [none] Сейчас для входа достаточно одного этапа. Добавьте второй, и тот, кто пройдёт первый, войти не сможет.
       *[other] Сейчас для входа достаточно пароля. Добавьте второй этап, и украденного пароля будет мало.
    }
security-why-app = Приложение на телефоне показывает код
security-why-app-text = Подойдёт любое приложение-аутентификатор, в том числе в менеджере паролей.
security-why-code =
    { $password ->
        [none] Вы вводите его на втором этапе входа
       *[other] Вы вводите его после пароля
    }
security-why-code-text = Он меняется каждые 30 секунд и работает без сети.
security-why-recovery = Коды восстановления пригодятся без телефона
security-why-recovery-text = Вы получите { $of } кодов — храните их в надёжном месте.
security-set-up = Настроить приложение-аутентификатор
security-confirm-first = Сначала <link>подтвердите почту</link>.

# Said once, after a form.
security-notice-on = Двухэтапный вход включён. Храните коды восстановления в надёжном месте.
security-notice-saved = Храните коды восстановления в надёжном месте. Прежние больше не действуют.
security-notice-removed =
    { $password ->
        [none] Приложение-аутентификатор удалено. Для входа достаточно одного этапа.
       *[other] Приложение-аутентификатор удалено. Для входа достаточно пароля.
    }
security-notice-app-removed = Приложение для кодов удалено. Ключи доступа остались.
security-notice-key-added = Ключ доступа готов к использованию.
security-notice-key-renamed = Ключ доступа переименован.
security-notice-key-removed = Ключ доступа удалён.
security-notice-key-gone = Этот ключ доступа уже удалён.
security-notice-key-last = Это единственный способ входа в ваш аккаунт. Сначала задайте пароль или добавьте другой ключ доступа.
security-notice-no-passkeys = По этому адресу ключи доступа не работают.
security-notice-with-password = Пароль добавлен. На всех остальных устройствах вы вышли из аккаунта.
security-notice-cancelled = Ничего не изменено.
security-notice-expired = Эта настройка больше не активна. Начните заново.
security-notice-on-already = У вашего аккаунта уже есть приложение-аутентификатор.
security-notice-off-already = У вашего аккаунта нет приложения-аутентификатора.
security-notice-codes-hidden = Коды восстановления показываются один раз. Если вы их не сохранили, создайте новые.
security-notice-unconfirmed = Сначала подтвердите почту на странице «Профиль».

# Before a change.
security-proof = Подтвердите, что это вы
security-proof-again = Введите пароль ещё раз
security-proof-text = Это изменит способ входа. Следующие десять минут мы не будем спрашивать снова.
security-proof-missing = Введите пароль.
security-proof-wrong = Это не ваш пароль. После слишком многих попыток ввод приостанавливается на несколько минут.
security-proof-forgot = Забыли его? <link>Выберите новый пароль</link>.
security-not-now = Не сейчас
security-remove-title = Удалить приложение-аутентификатор?
security-remove-ends = Двухэтапный вход отключится
security-remove-text =
    { $password ->
        [none] Для входа будет достаточно одного этапа, а коды восстановления перестанут действовать. Чтобы перейти на новый телефон, удалите приложение здесь и настройте его снова.
       *[other] Для входа будет достаточно пароля, а коды восстановления перестанут действовать. Чтобы перейти на новый телефон, удалите приложение здесь и настройте его снова.
    }
security-remove-button = Удалить приложение
security-remove-keep = Оставить
security-renew-title = Создать новые коды восстановления?
security-renew-ends = Текущие коды перестанут действовать
security-renew-text = Замените их, если почти все использованы или их мог увидеть кто-то другой.
security-renew-button = Создать новые коды

# The codes, shown once.
security-codes-only-now = Эти коды показываются только сейчас
security-codes-text =
    { $password ->
        [none] Каждый код один раз заменяет приложение или ключ доступа, когда их нет под рукой. Храните коды там, где найдёте без телефона.
       *[other] Каждый код один раз заменяет приложение или ключ доступа при входе с паролем. Храните их там, где найдёте без телефона.
    }
security-codes-keep = Распечатайте страницу, запишите коды или <link>скачайте их текстовым файлом</link>.
security-codes-saved = Я сохранил коды
security-codes-file = Коды восстановления для { $server } ({ $issuer })
security-codes-file-account = Аккаунт: { $email }
security-codes-file-made = Созданы: { $day }
security-codes-file-text =
    { $password ->
        [none] Каждый код один раз заменяет приложение-аутентификатор или ключ доступа, когда их нет под рукой.
       *[other] Каждый код один раз заменяет приложение-аутентификатор или ключ доступа при входе с паролем.
    }

# The set-up.
security-app-title = Настройка приложения-аутентификатора
security-app-required =
    { $password ->
        [none] Вашему аккаунту нужен второй этап входа. Настройте приложение-аутентификатор один раз и вводите его код при каждом входе.
       *[other] Вашему аккаунту нужен второй этап входа. Настройте приложение-аутентификатор один раз и вводите его код после пароля.
    }
security-app-for =
    { $password ->
        [none] <app>{ $app }</app> требует второй этап входа. Настройте приложение-аутентификатор один раз и вводите его код при каждом входе.
       *[other] <app>{ $app }</app> требует второй этап входа. Настройте приложение-аутентификатор один раз и вводите его код после пароля.
    }
security-app-add = 1. Добавьте аккаунт в приложение
security-app-scan = Отсканируйте этот код приложением.
security-app-here = Приложение на этом устройстве? <link>Откройте его</link>.
security-app-or-key = Или введите этот ключ в приложении:
security-app-key = Введите этот ключ в приложении:
security-app-service = Сервис
security-app-kind = Тип
security-app-kind-text = По времени, 6 цифр
security-app-enter = 2. Введите код из приложения
security-app-code = Код из приложения
security-app-code-hint = Шесть цифр. Новый код появляется каждые 30 секунд.
security-app-code-missing = Введите код из приложения.
security-app-code-wrong = Это не тот код, который сейчас показывает приложение. Верно ли время на устройстве?
security-app-turn-on = Включить двухэтапный вход
security-app-hour = Эта страница действует один час.
