// Sends the page's one form: an answer that travels by POST.
document.forms[0].submit()
