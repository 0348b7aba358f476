/**
 * `npm test`: prepares the services, runs mocha over every test, or over what is named, and ends with one plain line.
 * Every test is run by two processes, each with services of its own: the tests wait more than they compute.
 */
import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { prepareServices } from './services.mjs'
import { failAndExit } from './step.mjs'

const EVERY_TEST = 'test/**/*.test.ts'
const PROCESSES = 2

await prepareServices().catch(failAndExit)
const folder = mkdtempSync(join(tmpdir(), 'account-server-count-'))
const args = process.argv.slice(2)
const named = args.some((arg) => arg.includes('.test.ts'))
const runs = (named ? [[]] : shares()).map((files, index) => startMocha([...args, ...files], index))
const results = []
for (const run of runs) {
  run.show()
  results.push(await run.ended)
}
rmSync(folder, { recursive: true, force: true })
const passed = results.reduce((sum, result) => sum + result.passed, 0)
const failed = results.reduce((sum, result) => sum + result.failed, 0)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = results.find(({ code }) => code)?.code ?? (failed > 0 ? 1 : 0)

/** Shares the files out evenly, by what is written in them. */
function shares() {
  const lists = Array.from({ length: PROCESSES }, () => ({ files: [], bytes: 0 }))
  const files = globSync(EVERY_TEST, { cwd: ROOT }).map((file) => ({ file, ...statSync(join(ROOT, file)) }))
  for (const { file, size } of files.sort((a, b) => b.size - a.size)) {
    const shortest = lists.reduce((a, b) => (b.bytes < a.bytes ? b : a))
    shortest.files.push(file)
    shortest.bytes += size
  }
  return lists.map((list) => list.files.toSorted((a, b) => a.localeCompare(b)))
}

/**
 * Its output is kept back until it is shown, so that the reports of two do not mix.
 * @param {string[]} args
 * @param {number} index
 */
function startMocha(args, index) {
  const mocha = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js')
  const countFile = join(folder, `count-${index}`)
  const color = process.stdout.isTTY ? ['--color'] : []
  const child = spawn(process.execPath, [mocha, ...color, ...args], {
    cwd: ROOT,
    stdio: ['inherit', 'pipe', 'pipe'],
    env: { ...process.env, TEST_COUNT_FILE: countFile },
  })
  let held = ''
  const write = { text: (chunk) => void (held += chunk) }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => write.text(chunk))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const ended = new Promise((resolve) => {
    child.once('close', (status, signal) =>
      resolve({ code: signal ? 128 + constants.signals[signal] : status, ...readCount(countFile) }),
    )
  })
  const show = () => {
    process.stdout.write(held)
    write.text = (chunk) => process.stdout.write(chunk)
  }
  return { ended, show }
}

// Without a count mocha ended before it reached the end: a test file that does not load, or a crash.
function readCount(countFile) {
  try {
    const [passed, failed] = readFileSync(countFile, 'utf8').split(' ').map(Number)
    return { passed, failed }
  } catch {
    return { passed: 0, failed: 1 }
  }
}
