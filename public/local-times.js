// Says moments in the time zone of this browser, where the account names none: the server cannot know it.
const language = document.documentElement.lang
const day = new Intl.DateTimeFormat(language, { dateStyle: 'long' })
const minute = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
const zone = new Intl.DateTimeFormat(language, { timeZoneName: 'short' })

for (const time of document.querySelectorAll('time[data-local]')) {
  const at = new Date(time.dateTime)
  if (time.dataset.local === 'title') time.title = exactly(at)
  else time.textContent = time.dataset.local === 'day' ? day.format(at) : exactly(at)
}

function exactly(at) {
  const name = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName').value
  return `${minute.format(at)} ${name}`
}
