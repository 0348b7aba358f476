### What the scopes of the administration allow, beside their names.

admin-choice-accounts-read = Видеть аккаунты
admin-choice-accounts-support = Снимать блокировку, завершать сеансы, отправлять сброс пароля
admin-choice-accounts-manage = Создавать и изменять аккаунты, а также всё, что может поддержка
admin-choice-accounts-email = Назначать аккаунтам другой адрес почты
admin-choice-accounts-roles = Назначать и снимать роли
admin-choice-accounts-factors = Удалять вторые факторы
admin-choice-accounts-delete = Удалять аккаунты
admin-choice-groups-read = Видеть группы и их участников
admin-choice-groups-manage = Изменять группы и их состав
admin-choice-roles-read = Видеть роли
admin-choice-roles-manage = Создавать, изменять и удалять роли
admin-choice-upstreams-read = Видеть других провайдеров
admin-choice-upstreams-manage = Изменять других провайдеров и разрывать соединения
admin-choice-clients-read = Видеть клиентов
admin-choice-clients-manage = Регистрировать, изменять и удалять клиентов
admin-choice-resources-read = Видеть серверы ресурсов
admin-choice-resources-manage = Регистрировать, изменять и удалять серверы ресурсов
admin-choice-audit-read = Читать журнал аудита
admin-choice-limits-read = Видеть, кто ограничен
admin-choice-limits-manage = Снимать ограничения
admin-choice-keys-read = Видеть ключи
admin-choice-keys-manage = Менять ключи подписи и шифрования
admin-choice-mails-read = Видеть письма в очереди без их текста
admin-choice-mails-manage = Отправлять письма снова и удалять ожидающие
admin-choice-events-read = Видеть очереди событий и вебхуки
admin-choice-events-manage = Отправлять события снова и изменять вебхуки
admin-choice-settings-read = Видеть действующие настройки
admin-choice-statistics-read = Видеть статистику

# Описания ролей нового сервера.
admin-role-admin = Всё.
admin-role-support = Помогает людям: видит аккаунты, снимает блокировки, завершает сеансы, отправляет сброс пароля.
