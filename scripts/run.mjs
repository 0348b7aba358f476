/**
 * Behind every npm script: chooses the Node, installs what is missing, runs the target with the terminal's own
 * input and output, and ends as the target ends. Built-ins only, and no syntax newer than Node 18.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { environmentFor } from './environment.mjs'
import { ROOT } from './find-binary.mjs'
import { ensureInstalled } from './install.mjs'
import { chooseNode } from './runtime.mjs'
import { prepareServices } from './services.mjs'
import { StepFailed, failAndExit } from './step.mjs'

/**
 * What each script runs. `services` are programs it needs beside Node, `package` a folder with dependencies of its own.
 * @type {Record<string, { command: string[], services?: string[], package?: string }>}
 */
const TARGETS = {
  start: { command: ['src/main.ts'] },
  worker: { command: ['src/main.ts', '--role', 'worker'] },
  cli: { command: ['src/cli.ts'] },
  migrate: { command: ['src/cli.ts', 'migrate'] },
  seed: { command: ['src/cli.ts', 'seed'] },
  example: { command: ['examples/run.ts'] },
  suite: { command: ['seeds/suite.ts'] },
  approve: { command: ['examples/ciba-approval/run.ts'] },
  resource: { command: ['examples/bound-resource/run.ts'] },
  test: { command: ['scripts/test.mjs'] },
  journeys: { command: ['scripts/test.mjs', '--journeys'] },
  faults: { command: ['scripts/test.mjs', '--faults'] },
  check: { command: ['scripts/check.mjs'] },
  removable: { command: ['scripts/removable.mjs'] },
  lint: { command: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  format: { command: ['node_modules/oxfmt/bin/oxfmt'] },
  coverage: { command: ['node_modules/c8/bin/c8.js', '--all', '--src', 'src', 'node', 'scripts/test.mjs'] },
  types: { command: ['node_modules/typescript/bin/tsc', '--project', '.'] },
  load: { command: ['artillery/run.ts'], package: 'artillery' },
  bench: { command: ['bench/run.ts'], services: ['mariadb', 'redis', 'rabbitmq'] },
  kafka: { command: ['test/contracts/kafka.ts'], services: ['redis', 'rabbitmq', 'kafka'] },
  prometheus: { command: ['test/observability/prometheus.ts'] },
  fuzz: { command: ['test/fuzz/run.ts'], services: ['mariadb', 'redis'] },
  screenshots: { command: ['test/screenshots.ts'], services: ['chromium'] },
  interop: { command: ['interop/run.ts'], services: ['chromium'] },
  image: { command: ['test/image/run.ts'] },
  manifests: { command: ['test/deploy/manifests.ts'] },
  trace: { command: ['test/trace.ts'] },
  'upgrade-test': { command: ['scripts/test.mjs', '--upgrade'] },
  'upgrade-check': { command: ['scripts/upgrade-check.mjs'] },
  rows: { command: ['test/rows.ts'] },
  docs: { command: ['test/documents/run.ts'] },
}

const PARENT_CHECK_MS = 500

const [name, ...args] = process.argv.slice(2)
try {
  process.exitCode = await prepareAndRun(name, args)
} catch (error) {
  failAndExit(error)
}

async function prepareAndRun(targetName, targetArgs) {
  const target = TARGETS[targetName]
  if (!target)
    throw new StepFailed(`Usage: node scripts/run.mjs ${Object.keys(TARGETS).join('|')} [arguments]`)
  const node = await chooseNode()
  await ensureInstalled({ folder: ROOT, what: 'dependencies', node })
  if (target.package) {
    await ensureInstalled({
      folder: join(ROOT, target.package),
      what: `${target.package}'s dependencies`,
      node,
    })
  }
  if (target.services) await prepareServices(target.services)
  return run(node, [...target.command, ...targetArgs])
}

/** Resolves with the exit code; 128 + the signal's number when a signal ended the target, as shells have it. */
function run(node, command) {
  // Node 22 calls type stripping experimental on every start.
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...command], {
    cwd: ROOT,
    stdio: 'inherit',
    env: environmentFor(node),
  })
  forwardSignals(child)
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new StepFailed(`${node}: ${error.message}`)))
    child.once('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : code))
  })
}

/** A terminal sends Ctrl-C to the target as well; a second copy from here would look like an impatient second press. */
function forwardSignals(child) {
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  })
  if (process.env.npm_lifecycle_event) stopWhenOrphaned(child)
}

/** npm passes on SIGINT and SIGTERM only; killed in another way it would leave a server behind that holds its port. */
function stopWhenOrphaned(child) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    child.kill('SIGTERM')
  }, PARENT_CHECK_MS)
  timer.unref()
}
