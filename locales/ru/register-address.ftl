register-address-title = Исправьте адрес почты
register-address-lead = Имя и пароль останутся такими, как вы их ввели.
register-address-button = Отправить на этот адрес
register-address-back = Назад
