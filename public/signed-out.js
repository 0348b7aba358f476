// Goes on to the app once every app has heard that the person signed out, or does not answer.
const PATIENCE_MS = 3000

function goOn() {
  const next = document.querySelector('a[data-continue]')
  if (next) location.replace(next.href)
}

addEventListener('load', goOn)
addEventListener('DOMContentLoaded', () => setTimeout(goOn, PATIENCE_MS))
