cookies-title = Браузер блокирует cookie
cookies-lead = Для входа нужны файлы cookie. Разрешите их для этого сайта и попробуйте снова.
cookies-try = Попробовать снова
