// Comfort for fields with a password: a button that shows it, and its length while somebody types a new one.
for (const button of document.querySelectorAll('.reveal')) {
  const input = document.getElementById(button.getAttribute('aria-controls'))
  addButton(input, button)
  const words = input.closest('.field').querySelector('.typed')
  if (words) countCharacters(input, words)
}

function addButton(input, button) {
  const label = button.querySelector('span')
  const labels = { password: label.textContent, text: button.dataset.hide }
  const become = (type) => {
    input.type = type
    label.textContent = labels[type]
    button.toggleAttribute('data-shown', type === 'text')
  }
  button.addEventListener('click', () => become(input.type === 'password' ? 'text' : 'password'))
  // A browser remembers what was typed into a field of text, but not a password.
  input.form.addEventListener('submit', () => become('password'))
  addEventListener('pagehide', () => become('password'))
  button.hidden = false
}

function countCharacters(input, words) {
  const spoken = input.closest('.field').querySelector('[role=status]')
  // Not at each letter: a screen reader would speak without end.
  const spokenAfterMs = 1000
  let timer
  input.addEventListener('input', () => {
    const count = Array.from(input.value.normalize('NFC')).length
    const enough = count >= input.minLength
    words.textContent = enough ? words.dataset.enough : words.dataset.count.replace('{count}', count)
    if (count === 0) words.textContent = ''
    words.toggleAttribute('data-done', enough)
    clearTimeout(timer)
    timer = setTimeout(() => {
      spoken.textContent = words.textContent
    }, spokenAfterMs)
  })
}
