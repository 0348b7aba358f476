// Solves the puzzle of a form while the person types, and sends the solution with the form. Without it the form works by a
// code in a mail.
for (const box of document.querySelectorAll('.challenge')) guard(box)

function guard(box) {
  const form = box.closest('form')
  const { email, solution } = form.elements
  const work = workFor(box.dataset, email)
  const say = sayIn(box)
  const clean = () => {
    solution.value = ''
    work.drop()
    say('')
  }
  clean()
  if (email.value) work.begin()
  email.addEventListener('change', () => void work.begin())
  // Back: this page may be shown as it was left, with a solution that is used up.
  addEventListener('pageshow', ({ persisted }) => persisted && clean())
  form.addEventListener('submit', (event) => {
    const begun = work.begin()
    if (!begun || begun.isSolved) return
    event.preventDefault()
    if (begun.isSent) return
    begun.isSent = true
    if (!begun.isDone) say(box.dataset.working)
    const { submitter } = event
    const send = (text) => {
      solution.value = text
      begun.isSolved = true
      // With its button, which may lead to an address of its own. Later: within its own event a form cannot be sent.
      setTimeout(() => form.requestSubmit(submitter))
    }
    begun.solution.then(send, () => offerMail(box, form, say))
  })
}

/** The work for the address as it is now. It begins anew when the address has changed or the time is over. */
function workFor(data, email) {
  let work
  const drop = () => {
    work?.stop()
    work = undefined
  }
  return {
    drop,
    begin() {
      const address = email.value.trim()
      if (work?.address === address && Date.now() < work.untilMs) return work
      drop()
      work = address === '' ? undefined : solve(data, address)
      return work
    },
  }
}

function sayIn(box) {
  const words = box.querySelector('[role=status]')
  return (text) => {
    words.textContent = text
    words.hidden = text === ''
  }
}

/** The form of the mail itself works without a solution. */
function offerMail(box, form, say) {
  const byMail = box.querySelector('.by-mail')
  if (!byMail) return form.submit()
  say(box.dataset.failed)
  byMail.hidden = false
}

/** Its promise answers the text to send. */
function solve({ puzzle: href, worker: workerHref }, address) {
  const work = { address, untilMs: Infinity, isDone: false, isSent: false, stop: () => {} }
  work.solution = fetchPuzzle(href)
    .then((puzzle) => {
      // A minute before its end, so that it arrives in time.
      work.untilMs = Date.now() + (puzzle.expires_in - 60) * 1000
      return inWorker(workerHref, { ...puzzle, address }, work)
    })
    .finally(() => {
      work.isDone = true
    })
  // A failure is told when the form is sent.
  work.solution.catch(() => {
    work.untilMs = 0
  })
  return work
}

async function fetchPuzzle(href) {
  const answer = await fetch(href, { cache: 'no-store' })
  if (!answer.ok) throw new Error(`no puzzle: ${answer.status}`)
  return answer.json()
}

function inWorker(href, task, work) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(href)
    work.stop = () => worker.terminate()
    worker.addEventListener('message', ({ data }) => {
      worker.terminate()
      resolve(data)
    })
    worker.addEventListener('error', reject)
    worker.postMessage(task)
  })
}
