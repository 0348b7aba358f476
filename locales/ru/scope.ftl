### What an app may do, in words for people.

scope-openid = Узнать, кто вы
scope-openid-about = Постоянный идентификатор вашего аккаунта.
scope-email = Видеть вашу почту
scope-profile = Видеть ваш профиль
scope-profile-about = Ваше имя, фото, имя пользователя или почта, язык и часовой пояс.
scope-groups = Видеть ваши группы
scope-groups-about = Названия групп, в которых вы состоите.
scope-roles = Видеть ваши роли
scope-roles-about = Названия ролей, которые у вас есть здесь.

# A scope of a resource server, when several could be meant.
scope-at = { $title } ({ $resource })

# Single claims, which an app asks for without the scope that has them.
scope-claim-email = Видеть вашу почту
scope-claim-email-verified = Видеть, подтверждена ли ваша почта
scope-claim-name = Видеть ваше имя
scope-claim-given-name = Видеть ваше имя без фамилии
scope-claim-family-name = Видеть вашу фамилию
scope-claim-preferred-username = Видеть ваше имя пользователя или почту
scope-claim-picture = Видеть ваше фото
scope-claim-locale = Видеть ваш язык
scope-claim-zoneinfo = Видеть ваш часовой пояс
scope-claim-groups = Видеть ваши группы
scope-claim-roles = Видеть ваши роли
scope-claim-updated-at = Видеть, когда менялся ваш профиль
scope-claim-other = Видеть данные: { $claim }

# How long an app stays connected.
scope-ends = Доступ закончится через { $longest } или когда вы его удалите.
scope-ends-idle = Доступ закончится через { $idle } без использования, самое позднее через { $longest }, или когда вы его удалите.
scope-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[many] { $count } дней
}
scope-years = { $count ->
    [one] { $count } год
    [few] { $count } года
   *[many] { $count } лет
}

# What an app asks for beside its scopes (authorization_details).
scope-details = Подробности
scope-yes = Да
scope-no = Нет

# What to know about an app before allowing it.
scope-note-renamed = С тех пор как вы его разрешили, приложение сменило название. Раньше оно называлось { $name }.
scope-note-moved = С тех пор как вы его разрешили, приложение сменило адреса, на которые направляет людей.
scope-note-self-registered = Это приложение зарегистрировалось само. Здесь его никто не проверял.
scope-note-document = Это приложение известно только по адресу: { $host }
scope-note-scheme = Оно открывает приложение на этом устройстве через { $scheme }, а этот адрес могут занять и другие. Продолжайте, только если начали это сами.
scope-note-loopback = Вы вернётесь в программу на этом устройстве. Продолжайте, только если начали это сами.
scope-note-return = Вы вернётесь на { $host }
scope-registered = Зарегистрировано администраторами { $server }
scope-registered-itself = Зарегистрировалось само, с разрешения администраторов { $server }
