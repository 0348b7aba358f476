choose-title = Выберите аккаунт
choose-signed-in = вход выполнен
choose-as = как { $email }
choose-forget = Забыть
choose-forget-of = { $email } на этом устройстве
choose-other = Использовать другой аккаунт
