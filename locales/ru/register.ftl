### Who may register, and what comes between registering and the account.

register-closed = Регистрация закрыта
register-closed-lead = Здесь нельзя создать аккаунт. Если он у вас есть, войдите.
register-invited = Нужно приглашение
register-invited-lead = Аккаунт здесь могут создать только приглашённые. Откройте ссылку из приглашения. Если она больше не работает, попросите новую.
register-domain = Используйте почту в одном из этих доменов: { $domains }.
register-invitation-wrong = Это приглашение для другой почты, или оно больше не действует.
register-waiting = Аккаунт ждёт одобрения
register-waiting-lead = Почта подтверждена. Перед началом работы аккаунт проверят. Как только это случится, мы вам напишем.
register-approval-hint = Новые аккаунты здесь проверяют. Мы напишем, когда ваш будет готов.
register-waiting-sign-in = Ваш аккаунт ещё ждёт одобрения. Мы напишем, когда он будет готов.
