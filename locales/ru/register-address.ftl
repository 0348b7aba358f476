register-address-title = Исправьте адрес почты
register-address-lead = Всё остальное останется таким, как вы ввели.
register-address-button = Отправить на этот адрес
register-address-back = Назад
