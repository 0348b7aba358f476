### What several pages share.

page-title = { $same ->
    [yes] { $server }
   *[no] { $title } · { $server }
}
# The title of a page that shows its form again.
page-title-failed = { $same ->
    [yes] Ошибка: { $server }
   *[no] Ошибка: { $title } · { $server }
}
# A name or a title that others gave.
page-given = { $text }
page-skip = Перейти к содержимому
page-sign-out = Выйти
page-new-tab = (откроется в новой вкладке)
page-qr-code = QR-код
page-not-you = Не вы?
page-email = Электронная почта
page-password = Пароль
page-password-show = Показать пароль
page-password-hide = Скрыть пароль
# The number changes while the person types.
page-password-count = Символов: { $count } из { $min }
page-password-enough = Длина достаточная
page-cancel = Отмена
page-back-to-app = Вернуться в { $app }
page-link-support = Помощь
page-link-terms = Условия использования
page-link-privacy = Конфиденциальность
page-to-app = чтобы продолжить в <app>{ $app }</app>

account-nav = Ваш аккаунт
account-nav-profile = Профиль
account-nav-password = Пароль
account-nav-security = Безопасность
account-nav-sessions = Сеансы
account-nav-apps = Приложения
account-nav-requests = Запросы

form-field-invalid = Проверьте, что вы здесь ввели.

mail-delay = Сейчас письма идут дольше обычного. Ваше скоро придёт, запрашивать его снова не нужно.

language-title = Язык
language-lead = Выберите язык страниц.

# A field that takes the code of a mail.
page-mail-code = Код из письма
page-mail-code-hint = Он выглядит так: ABCD-2345.
page-mail-code-missing = Введите код из письма.
page-mail-code-wrong = Это не тот код, что в письме.
page-confirm = Подтвердить
page-continue = Продолжить
page-send-again = Отправить ещё одно письмо
page-sent-again = Ещё одно письмо уже в пути.
page-account = Аккаунт
page-name = Ваше имя
page-name-hint = Приложения могут его показывать. Можно не заполнять.
page-new-password = Новый пароль
page-new-password-hint = Не менее { $min } символов. Хорошо подойдут несколько слов подряд.
page-save-password = Сохранить пароль
page-save = Сохранить
page-saved = Сохранено.
page-open-mailbox = Открыть почтовый ящик
page-moment = Секунду
page-press = Нажмите кнопку, чтобы продолжить.

page-too-late-elsewhere = Предыдущая страница была открыта слишком долго. Продолжите здесь.
page-too-late = Страница была открыта слишком долго. Проверьте введённое и отправьте ещё раз.
page-app-changed = Приложение изменило сведения о себе. Проверьте их ещё раз.
