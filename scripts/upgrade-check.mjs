/**
 * `npm run upgrade-check`: what breaks with another version of the protocol library. A copy of this tree gets that version;
 * types, the wall (src/provider/library) and the protocol tests run there. Nothing here is changed, and the copy is removed.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './find-binary.mjs'
import { runNpm } from './install.mjs'
import { StepFailed, failAndExit, withProgress } from './step.mjs'
import { interrupted, runIn, withCopy } from './tree-copy.mjs'
import { failuresByCause } from './failed-tests.mjs'

const HELP = `npm run upgrade-check -- [VERSION] [options]
  VERSION          Of oidc-provider: a version, or a tag such as latest (which it is unless named)
  --output FOLDER  Write all output of each part there; without it only the report is left
  --tests GLOB     The protocol tests to run; those of test/provider, test/protocol and test/contracts unless named
`
const LIBRARY = 'oidc-provider'
const TESTS = 'test/{provider,protocol,contracts}/**/*.test.ts'
/** So that the whole report fits on one screen. */
const MOST_LINES = 12
const LONGEST_LINE = 150

const PARTS = [
  {
    name: 'types',
    command: () => ['node_modules/typescript/bin/tsc', '--project', '.', '--pretty', 'false'],
    lines: (output) => output.filter((line) => line.includes(': error TS')),
  },
  {
    name: 'wall',
    command: () => ['test/support/check-wall.ts'],
    lines: (output) => output.filter((line) => line.startsWith('  ')).map((line) => line.trim()),
  },
  {
    name: 'protocol tests',
    // A server does not start without what the wall names.
    after: 'wall',
    command: (folder) => ['scripts/test.mjs', ...globSync(options.tests, { cwd: folder }).sort()],
    lines: failuresByCause,
  },
]

const options = readOptions(process.argv.slice(2))
if (options.help) process.stdout.write(HELP)
else process.exitCode = await check().catch(failAndExit)

function readOptions(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        output: { type: 'string' },
        tests: { type: 'string', default: TESTS },
      },
    })
    if (positionals.length > 1) throw new Error(`got ${positionals.length} versions, takes one`)
    return { ...values, wanted: positionals[0] ?? 'latest' }
  } catch (error) {
    return failAndExit(new StepFailed(`${error.message}\n\n${HELP}`))
  }
}

async function check() {
  const used = versionIn(ROOT)
  const version = await versionOf(options.wanted)
  if (version === used) {
    process.stdout.write(`${LIBRARY} ${version} is the version in use: there is nothing to try.\n`)
    return 0
  }
  const results = await withCopy({ name: 'upgrade', changesPackages: true }, async (folder) => {
    await withProgress(`Installing ${LIBRARY} ${version} in ${folder} …`, () =>
      runNpm(
        ['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', ...packages(version)],
        {
          cwd: folder,
          signal: interrupted,
        },
      ),
    )
    return runParts(folder)
  })
  process.stdout.write(report({ used, version, results }))
  return results.every(({ ok }) => ok) ? 0 : 1
}

async function runParts(folder) {
  const results = []
  for (const part of PARTS) {
    const missing = part.after && results.some(({ name, ok }) => name === part.after && !ok)
    results.push(missing ? leftOut(part) : await run(part, folder))
  }
  return results
}

async function versionOf(wanted) {
  const answer = await runNpm(['view', `${LIBRARY}@${wanted}`, 'version', '--json'], { cwd: ROOT })
  const versions = answer.trim() ? [JSON.parse(answer)].flat() : []
  if (versions.length !== 1) throw new StepFailed(`${LIBRARY} has no single version ${wanted}`)
  return versions[0]
}

function versionIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies[LIBRARY]
}

/** The newest types go with it: those of the version in use would report what is only new. */
function packages(version) {
  return [`${LIBRARY}@${version}`, `@types/${LIBRARY}@latest`]
}

async function run({ name, command, lines }, folder) {
  const { ok, output: text } = await withProgress(`Running ${name} …`, () => runIn(folder, command(folder)))
  keepOutput(name, text)
  const output = text.split('\n')
  const counted = output.findLast((line) => /^\d+ passed, \d+ failed$/.test(line))
  const found = lines(output)
  return { name, ok, counted, found: found.length > 0 ? found : output.filter(Boolean).slice(-MOST_LINES) }
}

function keepOutput(name, text) {
  if (options.output === undefined) return
  const folder = resolve(options.output)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name.replaceAll(' ', '-')}.log`), text)
}

function leftOut({ name, after }) {
  return { name, ok: false, counted: `not run, because no server starts without the ${after}`, found: [] }
}

function report({ used, version, results }) {
  const lines = [`\n${LIBRARY} ${used} → ${version}\n`]
  for (const { name, ok, counted, found } of results) {
    lines.push(`${ok ? '✔' : '✖'} ${name}${counted ? `: ${counted}` : ''}`)
    if (ok) continue
    lines.push(...found.slice(0, MOST_LINES).map((line) => `    ${shortened(line)}`))
    if (found.length > MOST_LINES) lines.push(`    … and ${found.length - MOST_LINES} more`)
  }
  const broken = results.filter(({ ok }) => !ok).map(({ name }) => name)
  const where =
    options.output === undefined ? '--output FOLDER keeps all of it' : `All of it: ${options.output}`
  lines.push('', broken.length > 0 ? `Broken: ${broken.join(', ')}. ${where}` : 'Nothing breaks.')
  return `${lines.join('\n')}\n`
}

function shortened(line) {
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line
}
