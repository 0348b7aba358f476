// Proposes the time zone of this browser, where another one or none is chosen. The person still saves it.
const proposal = document.querySelector('[data-proposed]')
const select = proposal.parentElement.querySelector('select')
const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
const button = proposal.querySelector('button')

if (timeZone && select.value !== timeZone) {
  button.textContent = proposal.dataset.proposed.replace('{zone}', timeZone.replaceAll('_', ' '))
  button.addEventListener('click', () => {
    // Browsers name some zones in another way than the server.
    if (![...select.options].some(({ value }) => value === timeZone))
      select.add(new Option(timeZone, timeZone))
    select.value = timeZone
    proposal.hidden = true
    select.focus()
  })
  proposal.hidden = false
}
