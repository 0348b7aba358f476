/**
 * `npm run removable`: shows that a feature is its folder and its line. In a copy of the tree it deletes one folder of
 * src/protocol, its lines in the lists, and every file outside src that uses it. Then types, lint and a sign-in must
 * pass, and with `--tests` the other features' tests. A test file goes with a feature when it imports from the feature's
 * folder in `src` or `test`, also through other files. A single test goes with it by `isMounted`, of
 * test/support/mounted.ts.
 */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './find-binary.mjs'
import { failuresByCause } from './failed-tests.mjs'
import { StepFailed, failAndExit } from './step.mjs'
import { runIn, withCopy } from './tree-copy.mjs'

const HELP = `npm run removable -- [NAMES] [options]
  NAMES          Features to remove, one at a time; each in turn unless named
  --by-turns     One feature, another for each commit
  --tests        Run tests as well: those of the other features, of the provider and of the pages
  --glob GLOB    Run these tests alone
`
const FEATURES = ['device', 'ciba', 'token-exchange', 'challenge', 'status-list', 'registration']
/** Every list that names features: one line each. */
const LISTS = ['src/features.ts', 'src/cli/commands.ts']
/** What may need another feature by accident: the other features, the provider, and the pages. */
const TESTS = 'test/{architecture.test.ts,{protocol,provider,accounts,journeys}/**/*.test.ts}'
/** Shows that the server starts and signs people in: types and lint cannot. */
const SIGN_IN = 'test/provider/{authorization-code,discovery,refresh-token}.test.ts'
/** A feature that is gone is gone on every store. */
const ON_SQLITE = ['-g', '[Mm]aria[Dd][Bb]', '--invert']
const IMPORTS = /(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g

const options = readOptions(process.argv.slice(2))
if (options.help) process.stdout.write(HELP)
else process.exitCode = await check().catch(failAndExit)

function readOptions(args) {
  try {
    const flag = /** @type {const} */ ({ type: 'boolean' })
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: flag, 'by-turns': flag, tests: flag, glob: { type: 'string' } },
    })
    const strange = positionals.filter((name) => !FEATURES.includes(name))
    if (strange.length > 0)
      throw new Error(`not a feature: ${strange.join(', ')}; takes ${FEATURES.join(', ')}`)
    const glob = values.glob ?? (values.tests ? TESTS : SIGN_IN)
    return { help: values.help, names: chosen(positionals, values['by-turns']), glob }
  } catch (error) {
    return failAndExit(new StepFailed(`${error.message}\n\n${HELP}`))
  }
}

async function check() {
  const failed = []
  for (const name of options.names) if (!(await isRemovable(name))) failed.push(name)
  return failed.length > 0 ? 1 : 0
}

function chosen(names, byTurns) {
  if (names.length > 0) return names
  if (!byTurns) return FEATURES
  return [FEATURES[commits() % FEATURES.length]]
}

/** An unpacked archive has no history. */
function commits() {
  try {
    return Number(
      execFileSync('git', ['rev-list', '--count', 'HEAD'], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
  } catch {
    return 0
  }
}

async function isRemovable(name) {
  return withCopy({ name: `without-${name}`, changesPackages: false }, async (copy) => {
    const gone = remove(copy, name)
    process.stdout.write(`without ${name}: ${gone.length} files outside its folder use it and go with it\n`)
    for (const [what, command] of Object.entries(checks(copy))) {
      const { ok, output } = await runIn(copy, command, { TEST_WITHOUT: name })
      const counted = /^\d+ passed, \d+ failed$/m.exec(output)?.[0]
      process.stdout.write(`${ok ? '✔' : '✖'} ${what} without ${name}${counted ? `: ${counted}` : ''}\n`)
      if (!ok) {
        const causes = failuresByCause(output.split('\n'))
        process.stdout.write(causes.length > 0 ? `  ${causes.join('\n  ')}\n` : `${output.trimEnd()}\n`)
        return false
      }
    }
    return true
  })
}

/** Deletes the feature. Answers what else went: tests, seeds and measurements that use it, and what uses those. */
function remove(copy, name) {
  const files = globSync('**/*.{ts,mjs}', { cwd: copy, exclude: (path) => path === 'node_modules' })
  const folders = [join('src', 'protocol', name), join('test', 'protocol', name)]
  const isOwn = (file) => folders.some((folder) => file.startsWith(`${folder}/`))
  for (const list of LISTS.filter((file) => files.includes(file))) takeOut(join(copy, list), name)
  const code = files.filter((file) => !isOwn(file) && !file.startsWith('src/'))
  const gone = new Set(files.filter(isOwn))
  for (let before = -1; before !== gone.size;) {
    before = gone.size
    for (const file of code)
      if (!gone.has(file) && importsOf(copy, file).some((other) => gone.has(other))) gone.add(file)
  }
  for (const file of gone) rmSync(join(copy, file))
  return [...gone].filter((file) => !isOwn(file))
}

/** The imports of the folder, and the entries that they made. */
function takeOut(list, name) {
  const lines = readFileSync(list, 'utf8').split('\n')
  const imports = lines.filter((line) => line.includes(`/protocol/${name}/`))
  const imported = imports.flatMap((line) => /import \{ (.+) \}/.exec(line)?.[1].split(', ') ?? [])
  const rest = lines.filter((line) => !imports.includes(line)).join('\n')
  // Not within an address: src/api/registration is another folder.
  const entries = new RegExp(`(?<![\\w/.-])(?:${imported.join('|')})\\b(?:,\\s*)?`, 'g')
  writeFileSync(list, imports.length > 0 ? rest.replace(entries, '') : rest)
}

function importsOf(copy, file) {
  const text = readFileSync(join(copy, file), 'utf8')
  return [...text.matchAll(IMPORTS)].map(([, path]) => normalize(join(dirname(file), path)))
}

function checks(copy) {
  return {
    types: ['node_modules/typescript/bin/tsc', '--project', '.'],
    lint: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.'],
    [options.glob === SIGN_IN ? 'a sign-in' : 'the other tests']: [
      'scripts/test.mjs',
      ...globSync(options.glob, { cwd: copy }).sort(),
      ...ON_SQLITE,
    ],
  }
}
