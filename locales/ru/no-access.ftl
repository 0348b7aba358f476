### The page for a person who is signed in and may not use the app that sent them here.

no-access-title = У вас нет доступа к { $app }
no-access-why = Ваш аккаунт не входит в группу, которой доступно это приложение. Если оно вам нужно, попросите доступ у администратора.
no-access-back = Вернуться в { $app }
no-access-reload-hint = Доступ уже открыт? <again>Попробуйте ещё раз</again>.
