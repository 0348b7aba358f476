mailbox-title = Почтовый ящик
mailbox-lead = Письма этого сервера для разработки. Ни одно не покинуло эту машину.
mailbox-list = Письма
mailbox-none = Писем пока нет.
mailbox-to = кому: { $email } · <when/>
mailbox-all = Все письма
mailbox-text = Текст
mailbox-html = Открыть как HTML
