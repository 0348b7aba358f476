### The terms of use and the privacy notice: the page that asks for a new version, and the sentence above a button.

terms-title = Ознакомьтесь с условиями
terms-title-new = Условия изменились
terms-read = Прочитайте <terms>условия использования</terms> и <privacy>политику конфиденциальности</privacy>. Чтобы продолжить, примите их.
terms-read-terms = Прочитайте <terms>условия использования</terms>. Чтобы продолжить, примите их.
terms-read-privacy = Прочитайте <privacy>политику конфиденциальности</privacy>. Чтобы продолжить, примите её.
terms-accept = Принять и продолжить
terms-refuse = Не принимать
terms-refuse-app = Если вы не примете условия, то вернётесь в { $app } без входа.
terms-leave = Если вы не примете условия, мы завершим сеанс. Вы можете <data>скачать свои данные</data> или <delete>удалить аккаунт</delete>.
terms-changed = Это более новая версия. Прочитайте её, прежде чем принять.
terms-agree = Создавая аккаунт, вы принимаете <terms>условия использования</terms> и <privacy>политику конфиденциальности</privacy>.
terms-agree-terms = Создавая аккаунт, вы принимаете <terms>условия использования</terms>.
terms-agree-privacy = Создавая аккаунт, вы принимаете <privacy>политику конфиденциальности</privacy>.
