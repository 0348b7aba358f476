### The deletion of one's own account.

delete-title = Удалить аккаунт?
delete-what = Что произойдёт
delete-ends = Мы завершим вход на всех устройствах, и все приложения сразу потеряют доступ.
delete-later = { $days ->
    [one] Через { $days } день мы удалим аккаунт <account>{ $account }</account> и всё, что в нём есть. Отменить это нельзя.
    [few] Через { $days } дня мы удалим аккаунт <account>{ $account }</account> и всё, что в нём есть. Отменить это нельзя.
   *[many] Через { $days } дней мы удалим аккаунт <account>{ $account }</account> и всё, что в нём есть. Отменить это нельзя.
}
delete-keep-hint = Чтобы сохранить аккаунт, войдите до этого срока.
delete-button = Удалить мой аккаунт
delete-back = Оставить
delete-last-admin = Вы последний администратор. Сначала назначьте другого.
delete-done-title = Аккаунт будет удалён
delete-done-text = Вы вышли из аккаунта везде. Мы удалим <account>{ $account }</account> <when/>.
delete-done-aside = Передумали? <link>Войдите</link> до этого срока, и аккаунт останется.
delete-link = Удалить аккаунт
delete-cancelled = Мы не удалим ваш аккаунт. С возвращением!
