### The terms of use and the privacy notice: the page that asks for a new version, and the sentence above a button.

terms-title = Review our terms
terms-title-new = Our terms have changed
terms-read = Read the <terms>terms of use</terms> and the <privacy>privacy notice</privacy>. To continue, accept both.
terms-read-terms = Read the <terms>terms of use</terms>. To continue, accept them.
terms-read-privacy = Read the <privacy>privacy notice</privacy>. To continue, accept it.
terms-accept = Accept and continue
terms-refuse = Don’t accept
terms-refuse-app = If you don’t accept, you go back to { $app } without signing in there.
terms-leave = If you don’t accept, you’re signed out. You can <data>download your data</data> or <delete>delete your account</delete>.
terms-changed = This is a newer version. Read it before you accept.
terms-agree = By creating an account, you accept the <terms>terms of use</terms> and the <privacy>privacy notice</privacy>.
terms-agree-terms = By creating an account, you accept the <terms>terms of use</terms>.
terms-agree-privacy = By creating an account, you accept the <privacy>privacy notice</privacy>.
