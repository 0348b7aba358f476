/**
 * `npm run check`: format, lint, types, dead code and one removed feature beside each other, then every test (the
 * architecture is one).
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

let closing = ''
const failed = []
for (const result of await Promise.all(Object.entries(STATIC).map(runCaptured))) {
  heading(result.name, result.ok)
  if (!result.ok) process.stdout.write(`${result.output.trimEnd()}\n`)
  if (!result.ok) failed.push(result.name)
}
const { passed, tests } = process.argv.includes('--no-tests') ? { passed: true, tests: '' } : await runTests()
if (!passed) failed.push('tests')
process.stdout.write(failed.length > 0 ? `\ncheck failed: ${failed.join(', ')}\n` : '\ncheck passed\n')
process.stdout.write(tests)
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
async function runTests() {
  process.stdout.write('\ntests\n')
  const child = spawn(process.execPath, ['scripts/test.mjs'], {
    cwd: ROOT,
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  // They sum up and end what they started; this process waits for that.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  let last = ''
  child.stdout.on('data', (chunk) => {
    const lines = (last + chunk).split('\n')
    const kept = /^\d+ passed, \d+ failed$/
    last = lines.pop()
    const shown = lines.filter((line) => !kept.test(line))
    closing = lines.find((line) => kept.test(line)) ?? closing
    if (shown.length > 0) process.stdout.write(`${shown.join('\n')}\n`)
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  return { passed: code === 0, tests: closing ? `\n${closing}\n` : '' }
}
