/**
 * Mocha's reporter of this project: a line for each test, slow ones with a quiet note of their time. Under `npm test` each
 * event goes into a file, a line of JSON each, which outlives this process; scripts/test-run.mjs reads it as it grows.
 */
import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import { format } from 'node:util'
import Mocha from 'mocha'

const { Base } = Mocha.reporters
const EVENTS = process.env.TEST_EVENTS_FILE
const PARENT_CHECK_MS = 500
/** Slow is no fault: grey, as every other remark. */
const { color, symbols } = Base
Base.colors.slow = Base.colors.medium = Base.colors.fast

export default class ProjectReporter extends Base {
  constructor(runner, options) {
    super(runner, options)
    const left = new Map()
    let depth = 0
    let file = ''
    const line = (text) => tell({ kind: 'text', text: `${'  '.repeat(depth)}${text}\n` })

    runner.once('start', () => {
      for (const suite of runner.suite.suites.filter((one) => runner.grepTotal(one) > 0))
        left.set(suite.file, (left.get(suite.file) ?? 0) + 1)
      tell({ kind: 'start', files: left.size })
    })
    runner.on('suite', (suite) => {
      if (suite.root) return
      if (suite.parent.root) tell({ kind: 'file', file: (file = named(suite.file)) })
      depth += 1
      line(color('suite', suite.title))
    })
    runner.on('suite end', (suite) => {
      if (suite.root) return
      depth -= 1
      if (!suite.parent.root) return
      tell({ kind: 'text', text: '\n' })
      left.set(suite.file, left.get(suite.file) - 1)
      if (left.get(suite.file) === 0) tell({ kind: 'file end', file })
    })
    runner.on('pass', (test) => {
      const slow = test.speed === 'fast' ? '' : color('fast', ` (${test.duration} ms)`)
      line(`  ${color('checkmark', symbols.ok)}${color('pass', ` ${test.title}`)}${slow}`)
      tell({ kind: 'pass' })
    })
    runner.on('fail', (test) => {
      line(`  ${color('fail', `${symbols.err} ${test.title}`)}`)
      tell({ kind: 'fail', title: test.fullTitle(), file: named(test.file) || file, text: described(test) })
    })
    runner.once('end', () => {
      tell({ kind: 'end' })
      if (!EVENTS) this.epilogue()
    })
  }
}

function tell(event) {
  if (EVENTS) appendFileSync(EVENTS, `${JSON.stringify(event)}\n`)
  else if (event.kind === 'text') process.stdout.write(event.text)
}

const named = (path) => (path ? relative(process.cwd(), path) : '')

/** What mocha prints about a failure at the end: titles, the message, the difference, the stack. */
function described(test) {
  const print = Base.consoleLog
  let text = ''
  Base.consoleLog = (...args) => (text += `${format(...args)}\n`)
  try {
    Base.list([test])
  } finally {
    Base.consoleLog = print
  }
  return text
}

// Through 'exit', so that what the tests started is ended and their folders are removed.
if (EVENTS) {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])
    process.on(signal, () => process.exit(code))
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && endGroup(), PARENT_CHECK_MS).unref()
}

/** `npm test` was killed in a way that it could not pass on. */
function endGroup() {
  process.kill(-process.pid, 'SIGTERM')
}
