/**
 * `npm run check`: format, lint, types, dead code and one removed feature beside each other, then every test (the
 * architecture is one), with journeys and faults last.
 * Ends with the list of what failed. `--no-tests` leaves the tests out.
 */
import { spawn } from 'node:child_process'
import { ROOT } from './find-binary.mjs'

const STATIC = {
  format: ['node_modules/oxfmt/bin/oxfmt', '--check', '.'],
  lint: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.'],
  types: ['node_modules/typescript/bin/tsc', '--project', '.'],
  'dead code': ['node_modules/knip/bin/knip.js', '--no-progress'],
  'code for tests alone': ['node_modules/knip/bin/knip.js', '--no-progress', '--production'],
  'a removed feature': ['scripts/removable.mjs', '--by-turns'],
}

/** By the name under which a failure is listed: the arguments of scripts/test.mjs. */
const TESTS = { tests: [], journeys: ['--journeys'], faults: ['--faults'] }

const failed = []
for (const result of await Promise.all(Object.entries(STATIC).map(runCaptured))) {
  heading(result.name, result.ok)
  if (!result.ok) process.stdout.write(`${result.output.trimEnd()}\n`)
  if (!result.ok) failed.push(result.name)
}
const closing = []
if (!process.argv.includes('--no-tests'))
  for (const [name, args] of Object.entries(TESTS)) {
    const { passed, line } = await runTests(name, args)
    if (!passed) failed.push(name)
    if (line) closing.push(`\n${line}\n`)
  }
process.stdout.write(failed.length > 0 ? `\ncheck failed: ${failed.join(', ')}\n` : '\ncheck passed\n')
process.stdout.write(closing.join(''))
process.exitCode = failed.length > 0 ? 1 : 0

function heading(name, ok) {
  process.stdout.write(`${ok ? '✔' : '✖'} ${name}\n`)
}

function runCaptured([name, command]) {
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ name, ok: code === 0, output }))
  })
}

/** The tests write as they run; their closing line is kept back, so that it can close the check as well. */
async function runTests(name, args) {
  process.stdout.write(`\n${name}\n`)
  const child = spawn(process.execPath, ['scripts/test.mjs', ...args], {
    cwd: ROOT,
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  // They sum up and end what they started; this process waits for that.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  let [last, line] = ['', '']
  child.stdout.on('data', (chunk) => {
    const lines = (last + chunk).split('\n')
    const kept = /^\d+ passed, \d+ failed$/
    last = lines.pop()
    const shown = lines.filter((one) => !kept.test(one))
    line = lines.find((one) => kept.test(one)) ?? line
    if (shown.length > 0) process.stdout.write(`${shown.join('\n')}\n`)
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  return { passed: code === 0, line }
}
