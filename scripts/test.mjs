/** `npm test`: prepares the services, runs mocha over every test, or over what is named, and ends with one plain line. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { prepareServices } from './services.mjs'
import { failAndExit } from './step.mjs'

const EVERY_TEST = 'test/**/*.test.ts'

await prepareServices().catch(failAndExit)
const folder = mkdtempSync(join(tmpdir(), 'account-server-count-'))
const countFile = join(folder, 'count')
const code = await runMocha(process.argv.slice(2))
const { passed, failed } = readCount()
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = code || (failed > 0 ? 1 : 0)

/**
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function runMocha(args) {
  const named = args.some((arg) => arg.includes('.test.ts'))
  const mocha = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js')
  const child = spawn(process.execPath, [mocha, ...args, ...(named ? [] : [EVERY_TEST])], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TEST_COUNT_FILE: countFile },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.once('exit', (status, signal) => resolve(signal ? 128 + constants.signals[signal] : status))
  })
}

// Without a count mocha ended before it reached the end: a test file that does not load, or a crash.
function readCount() {
  try {
    const [passed, failed] = readFileSync(countFile, 'utf8').split(' ').map(Number)
    return { passed, failed }
  } catch {
    return { passed: 0, failed: 1 }
  }
}
