/** Which files `npm test`, `npm run journeys` and `npm run faults` have, and which of its processes gets which file, and when. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { StepFailed } from './step.mjs'

export const EVERY_TEST = ['test/**/*.test.ts']

/**
 * Runs beside `npm test`. `npm run faults`: they take servers and services down, freeze them, or send thousands of requests.
 * `npm run journeys`: they open a browser. Both take minutes. `npm run upgrade-test` runs two releases and needs the history of git. `npm test` has all other tests.
 */
const RUNS = {
  upgrade: (file) => file.startsWith('test/upgrade/'),
  faults: (file) => /^test\/(?:faults|fuzz)\//.test(file),
  journeys: (file) =>
    file.startsWith('test/journeys/') ||
    /'playwright-core'|(?:support\/browser|\/world|\/page-browser)\.ts'/.test(textOf(file)),
}

/** Files that take 5 seconds of CPU or more, by `npm test -- --times`. They go first, so that no process is left with one at the end. */
const LONG = [
  'test/views/accessibility',
  'test/pages/docs/',
  'test/journeys/',
  'test/conformance/fapi2-',
  'test/conformance/ciba',
  'test/contracts/parallel-requests',
  'test/security/',
  'test/examples/',
  'test/moving/recipes',
  'test/private-files',
  'test/start',
  'test/protocol/device/device',
  'test/protocol/registration/client-documents',
  'test/protocol/logout/',
  'test/protocol/ciba/ciba',
  'test/protocol/token-exchange/',
  'test/provider/binding/mtls',
  'test/provider/fapi/',
  'test/provider/requests/floods',
  'test/keys/',
  'test/outbox/',
  'test/cli/',
  'test/account-cache/',
  'test/accounts/floods',
  'test/mail/mailbox-readers',
  'test/events/every-change',
  'test/documents/',
  'test/trace',
  'test/bench/',
]

/**
 * Files that share servers, by what they import. The first of them in a process starts the servers, which run on until
 * that process ends. So few processes take these files, and take them before others.
 */
const SHARING = [
  { imports: /'(?:\.|[^']*\/journeys)\/world\.ts'/, processes: 1 },
  { imports: /\b(?:STAGES|ONE_STAGE|sqliteStage)\b/, processes: 2 },
  { imports: /\b(?:startRabbitmq|stoppableRabbitmq|sink-receivers)\b/, processes: 1 },
]

/**
 * @param {string[]} patterns
 * @param {'every' | 'behaviour' | 'journeys' | 'faults' | 'upgrade'} [run] of which the files are; `behaviour` is `npm test`
 * @returns {{ files: string[], next: (index: number) => string }} `next` takes the
 * process's number, and answers an empty text when no file is left
 * @throws {StepFailed} when a pattern names no file
 */
export function queueOf(patterns, run = 'every') {
  const files = filesInOrder(patterns).filter((file) => run === 'every' || run === runOf(file))
  const groups = SHARING.map(({ processes }) => ({ processes, takers: new Set() }))
  const rankFor = (index, { group }) => {
    if (!group) return 1
    if (group.takers.has(index)) return 0
    return group.takers.size < group.processes ? 1 : 2
  }
  const left = files.map((file) => ({ file, group: groups[groupOf(file)] }))
  return {
    files,
    next(index) {
      const ranks = left.map((one) => rankFor(index, one))
      const [taken] = left.splice(ranks.indexOf(Math.min(...ranks)), 1)
      taken?.group?.takers.add(index)
      return taken?.file ?? ''
    },
  }
}

function runOf(file) {
  return Object.keys(RUNS).find((run) => RUNS[run](file)) ?? 'behaviour'
}

/** The number of the group that it shares with. Otherwise -1. */
function groupOf(file) {
  const text = textOf(file)
  return SHARING.findIndex(({ imports }) => imports.test(text))
}

function textOf(file) {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** Those that compute for long first, the large ones before the small ones. */
function filesInOrder(patterns) {
  const empty = patterns.filter((pattern) => globSync(pattern, { cwd: ROOT }).length === 0)
  if (empty.length > 0) throw new StepFailed(`No test file is named by ${empty.join(', ')}`)
  const files = globSync(patterns, { cwd: ROOT }).map((file) => ({
    file,
    turn: LONG.some((start) => file.startsWith(start)) ? 0 : 1,
    bytes: statSync(join(ROOT, file)).size,
  }))
  const inOrder = files.sort((a, b) => a.turn - b.turn || b.bytes - a.bytes)
  return inOrder.map(({ file }) => file)
}
