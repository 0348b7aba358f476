/**
 * `npm test`: prepares the services, runs mocha over every test but journeys and faults, or over what is named, and ends with
 * one plain line. Four processes share the files, each with services of its own. `npm run journeys` and `npm run faults` are
 * the same for the rest.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareMysql } from './mysql.mjs'
import { withNamedTests } from './named-tests.mjs'
import { prepareServices } from './services.mjs'
import { failAndExit } from './step.mjs'
import { EVERY_TEST, queueOf } from './test-order.mjs'
import { clockTime, showProgress } from './test-progress.mjs'
import { compileSources, startMocha } from './test-run.mjs'
import { recordTimes } from './test-times.mjs'

const HELP = `npm test -- [files] [options]
  files        Files, folders and patterns: npm test -- test/start.test.ts test/cli "test/**/key*.test.ts"
               Unless named: every test but those of npm run journeys (a browser), faults (kills, freezes, floods) and upgrade-test (two releases)
  --mysql      On MySQL 9 in place of MariaDB: contracts, migrations, accounts, commands and journeys, or what is named
  --times      Ends with the files that took most CPU time, of a whole run on Linux
  -g TEXT      Only tests whose title has this in it, in every file; every other option of mocha works as well
  --help       Show this help
TEST_MYSQL_URL, TEST_REDIS_URL, TEST_REDIS_CLUSTER_URL, TEST_RABBITMQ_URL, TEST_KAFKA_URL (host:port) and TEST_CHROMIUM
name services that are there already.
`

/** What SQL servers may do differently, and of that the suites on a SQL server: it takes the place of MariaDB. */
const SUITES_ON_MYSQL = 'MariaDB|services for tests'
const ON_MYSQL = [
  'test/contracts/*.test.ts',
  'test/platform/newer-schema.test.ts',
  'test/platform/sql/{migrate,killed-migration,database,change-feed}.test.ts',
  'test/accounts/**/*.test.ts',
  'test/{account-cache,moving}/*.test.ts',
  'test/grant-store/token-statuses.test.ts',
  'test/outbox/{outbox,relay,lane,ordered}.test.ts',
  'test/cli/{account,client,operations,reseal}.test.ts',
  'test/journeys/{first-sign-in,consent,forgotten-password,sessions}.test.ts',
  'test/support/services.test.ts',
]
/** Two more than the cores that a small machine has, for the time that tests wait. */
const PROCESSES = 4
/** Of the table of `--times`. */
const ROWS = 40
const INTERRUPTED = 130
const PARENT_CHECK_MS = 500

const onMysql = process.argv.includes('--mysql')
/** Which run this is, unless files or titles are named. */
const RUN = ['journeys', 'faults', 'upgrade'].find((run) => process.argv.includes(`--${run}`)) ?? 'behaviour'
const times = process.argv.includes('--times') ? recordTimes() : undefined
const args = withNamedTests(
  process.argv
    .slice(2)
    .filter((arg) => !['--mysql', '--times', '--journeys', '--faults', '--upgrade'].includes(arg)),
)
const named = args.some((arg) => arg.includes('.test.ts'))
if (onMysql && !named && !args.includes('-g')) args.push('-g', SUITES_ON_MYSQL)
const grep = args[0] === '-g' && args.length === 2 ? [args[1]] : []
/** Whether the files are handed out to several processes. With other options of mocha one process takes them all. */
const shared = args.length === 2 * grep.length
if (args.includes('--help')) process.stdout.write(HELP)
else process.exitCode = await runTests()

async function runTests() {
  await prepareServices(onMysql ? ['redis', 'rabbitmq', 'kafka', 'chromium'] : undefined).catch(failAndExit)
  if (onMysql) await prepareMysql().catch(failAndExit)
  if (shared) await compileSources().catch(failAndExit)
  const folder = mkdtempSync(join(tmpdir(), 'account-server-tests-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const begunAtMs = Date.now()
  const count = { passed: 0, failed: 0, files: 0, done: 0, failures: [] }
  const queue = named ? undefined : openQueue()
  if (shared) count.files = queue?.files.length ?? 0
  const runs = []
  const describe = () => progressLine(count, runs, begunAtMs)
  const progress = showProgress(describe)
  for (let index = 0; index < (shared ? PROCESSES : 1); index += 1)
    runs.push(startRun({ queue, index, folder, count, progress }))
  const interrupted = stopOnSignal(runs)
  const codes = await Promise.all(runs.map(({ finished }) => finished))
  progress.stop()
  const took = clockTime(Date.now() - begunAtMs)
  if (interrupted())
    process.stdout.write(`\nInterrupted after ${took}: ${count.done} of ${count.files} files done.\n`)
  printFailures(count.failures)
  const nothing = !interrupted() && count.passed + count.failed === 0
  if (nothing) process.stdout.write('\nNo test was found.\n')
  if (times && shared) process.stdout.write(`\n${times.table(ROWS)}\n`)
  process.stdout.write(`\n${count.done} of ${count.files} files in ${took}\n`)
  process.stdout.write(`\n${count.passed} passed, ${count.failed} failed\n`)
  if (interrupted()) return INTERRUPTED
  return codes.find(Boolean) ?? (count.failed > 0 || nothing ? 1 : 0)
}

/** Somebody who looks for a title looks in every file. */
function openQueue() {
  if (onMysql) return queueOf(ON_MYSQL)
  return queueOf(EVERY_TEST, args.length > 0 ? 'every' : RUN)
}

/**
 * Text of two runs does not mix: it is held back until its file is done. A run of its own is shown as it goes.
 * A process that ends before its tests do counts as a failure, and says where it was.
 */
function startRun({ queue, index, folder, count, progress }) {
  const run = { file: '', over: false, stopped: false, end: () => {}, finished: Promise.resolve(0) }
  let held = ''
  const flush = () => {
    progress.print(held)
    held = ''
  }
  const write = (text) => {
    held += text
    if (!shared) flush()
  }
  const handlers = handlersOf({ run, count, write, flush })
  const nextFile = (pid) => {
    times?.measure(pid, run.file)
    run.file = queue.next(index)
    run.over = run.file === ''
    return run.file
  }
  const mocha = startMocha({
    ...(shared
      ? { args: [process.stdout.isTTY ? 'color' : 'plain', ...grep], nextFile }
      : { args: [...args, ...(queue?.files ?? [])] }),
    env: environmentOf(index),
    eventsFile: join(folder, `events-${index}`),
    onEvent: (event) => handlers[event.kind](event),
    onOutput: write,
  })
  run.end = () => {
    run.stopped = true
    mocha.end()
  }
  run.finished = mocha.ended.then(({ code, how }) => {
    if (!run.over && !run.stopped) recordDeath(count, run.file, how)
    flush()
    run.file = ''
    return run.over || run.stopped ? code : code || 1
  })
  return run
}

/** A share of the ports is named `index/of`. */
function environmentOf(index) {
  return {
    ...(onMysql && { TEST_DATABASE: 'mysql' }),
    ...(shared && { TEST_SHARE: `${index}/${PROCESSES}` }),
  }
}

/** What each kind of event of scripts/reporter.mjs changes. */
function handlersOf({ run, count, write, flush }) {
  return {
    // A shared file without a test to run is not counted; a file that is not shared was not counted before.
    start: (event) => (count.files += shared ? event.files - 1 : event.files),
    file: (event) => (run.file = event.file),
    text: (event) => write(event.text),
    pass: () => (count.passed += 1),
    fail: (event) => ((count.failed += 1), count.failures.push(event)),
    'file end': () => ((count.done += 1), flush()),
    end: () => shared || (run.over = true),
  }
}

function recordDeath(count, file, how) {
  count.failed += 1
  const where = file ? `while it ran ${file}` : 'before it ran a test'
  const title = `a test process died ${where} (${how})`
  count.failures.push({ title, file, text: `  1) ${title}\n` })
}

function progressLine(count, runs, begunAtMs) {
  const running = runs.map(({ file }) => file).filter(Boolean)
  const done = `${count.done} of ${count.files} files, ${count.passed} passed, ${count.failed} failed`
  return `[${clockTime(Date.now() - begunAtMs)}] ${done}${running.length > 0 ? `; in ${running.join(', ')}` : ''}`
}

/** The first signal ends the tests and what they started; the summary follows. */
function stopOnSignal(runs) {
  let interrupted = false
  const stop = () => {
    interrupted = true
    for (const run of runs) run.end()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  // Killed in a way that it cannot pass on, the starting process leaves these behind.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && !interrupted && stop(), PARENT_CHECK_MS).unref()
  return () => interrupted
}

function printFailures(failures) {
  if (failures.length === 0) return
  process.stdout.write(`\n${failures.length === 1 ? 'One failure' : `${failures.length} failures`}\n`)
  for (const [index, { text, file }] of failures.entries()) {
    const numbered = text.replace(/\b1\)/, `${index + 1})`)
    process.stdout.write(`\n${numbered.replace(/^\n+/, '').trimEnd()}\n     ${file}\n`)
  }
}
