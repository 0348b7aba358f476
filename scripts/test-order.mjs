/** Which files a whole `npm test` or `npm run faults` has, and which of its processes gets which file, and when. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { StepFailed } from './step.mjs'

export const EVERY_TEST = ['test/**/*.test.ts']
/** They take servers and services down, freeze them, or send thousands of requests. So they take minutes. */
export const FAULTS = ['test/faults/*.test.ts', 'test/fuzz/*.test.ts']
export const BEHAVIOUR = [...EVERY_TEST, ...FAULTS.map((pattern) => `!${pattern}`)]

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
 * @returns {{ files: string[], next: (index: number) => string }} `next` takes the
 * process's number, and answers an empty text when no file is left
 * @throws {StepFailed} when a pattern names no file
 */
export function queueOf(patterns) {
  const files = filesInOrder(patterns)
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

/** The number of the group that it shares with. Otherwise -1. */
function groupOf(file) {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return SHARING.findIndex(({ imports }) => imports.test(text))
}

/** Those that compute for long first, the large ones before the small ones. */
function filesInOrder(patterns) {
  const files = filesOf(patterns).map((file) => ({
    file,
    turn: LONG.some((start) => file.startsWith(start)) ? 0 : 1,
    bytes: statSync(join(ROOT, file)).size,
  }))
  const inOrder = files.sort((a, b) => a.turn - b.turn || b.bytes - a.bytes)
  return inOrder.map(({ file }) => file)
}

/** A pattern with `!` before it leaves files out. */
function filesOf(patterns) {
  const found = patterns.map((pattern) => ({
    pattern,
    leftOut: pattern.startsWith('!'),
    files: globSync(pattern.replace(/^!/, ''), { cwd: ROOT }),
  }))
  const empty = found.filter(({ files }) => files.length === 0).map(({ pattern }) => pattern)
  if (empty.length > 0) throw new StepFailed(`No test file is named by ${empty.join(', ')}`)
  const named = (wanted) => found.filter(({ leftOut }) => leftOut === wanted).flatMap(({ files }) => files)
  const leftOut = new Set(named(true))
  return [...new Set(named(false))].filter((file) => !leftOut.has(file))
}
