// The answer to a refused form: a reload asks for the page again, and sends nothing a second time.
history.replaceState(null, '', location.href)
