### The administration pages.

admin-title = Управление
admin-nav = Разделы
admin-facts = Сведения
admin-acts = Что можно сделать
admin-search = Адрес или имя
admin-search-do = Найти
admin-search-all = Показать все
admin-nothing-found = Ничего не найдено.
admin-first-page = Первая страница
admin-next-page = Следующая страница
admin-all = Показать все
admin-cancel = Отмена
admin-none = Нет
admin-none-chosen = Не выбрано
admin-yes = да
admin-no = нет
admin-once = Показывается только сейчас. Скопируйте, прежде чем уйти со страницы.
admin-send-again = Пришлось войти снова. Проверьте форму и отправьте её ещё раз.
admin-detail = { $detail }

admin-section-accounts = Аккаунты
admin-section-accounts-about = Люди, которые входят.
admin-empty-accounts = Аккаунтов пока нет.
admin-section-invitations = Приглашения
admin-section-invitations-about = Ссылки, по которым можно зарегистрироваться.
admin-empty-invitations = Приглашений нет.
admin-section-waiting-accounts = Ожидающие
admin-section-waiting-accounts-about = Люди, которые зарегистрировались и ждут ответа.
admin-empty-waiting-accounts = Никто не ждёт.
admin-section-groups = Группы
admin-section-groups-about = Группы людей, которые видны приложениям.
admin-empty-groups = Групп пока нет.
admin-section-clients = Клиенты
admin-section-clients-about = Приложения, в которые входят люди или которые обращаются к серверам ресурсов.
admin-empty-clients = Клиентов пока нет.
admin-section-resources = Серверы ресурсов
admin-section-resources-about = API, которые принимают токены этого сервера.
admin-empty-resources = Серверов ресурсов пока нет.
admin-section-audit-entries = Журнал аудита
admin-section-audit-entries-about = Кто что сделал и откуда.
admin-empty-audit-entries = Записей нет.
admin-section-upstreams = Другие провайдеры
admin-section-upstreams-about = Провайдеры, через которых можно войти.
admin-empty-upstreams = Других провайдеров нет.

admin-tag-disabled = отключено
admin-tag-unverified = адрес не подтверждён

admin-part-get-account-roles = Роли
admin-part-get-account-factors = Вторые факторы
admin-part-list-account-groups = Группы
admin-part-list-account-upstreams = Соединения с другими провайдерами
admin-part-list-audit-entries = Журнал аудита
admin-part-get-account-new-email = Новый адрес, который ждёт подтверждения
admin-part-list-group-members = Участники
admin-part-list-client-errors = Последние ошибки
