/**
 * `npm run upgrade-check`: what breaks with a newer version of the protocol library. A copy of this tree gets
 * that version; types, the wall (src/provider/library) and the protocol tests run there. Nothing here is changed.
 */
import { spawn } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { runNpm } from './install.mjs'
import { StepFailed, failAndExit, say, withProgress } from './step.mjs'

const HELP = `npm run upgrade-check -- [VERSION] [--keep]
  VERSION      Of oidc-provider; the newest unless named
  --keep       Keep the copy; it is kept anyway when something breaks
`
const LIBRARY = 'oidc-provider'
const TESTS = ['test/provider', 'test/protocol', 'test/contracts'].map((folder) => `${folder}/**/*.test.ts`)
/** Not part of the tree, or of no use in a copy. */
const LEFT_OUT = new Set(['.git', '.cache', 'data', 'coverage', 'screenshots', 'suite'])
/** So that the whole report fits on one screen. */
const MOST_LINES = 9
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
    command: (folder) => ['scripts/test.mjs', ...globSync(TESTS, { cwd: folder }).sort()],
    lines: failedTests,
  },
]

const args = process.argv.slice(2)
if (args.includes('--help')) process.stdout.write(HELP)
else process.exitCode = await check().catch(failAndExit)

async function check() {
  const [wanted = 'latest'] = args.filter((arg) => !arg.startsWith('--'))
  const used = versionIn(ROOT)
  const version = await versionOf(wanted)
  if (wanted === 'latest' && version === used) {
    process.stdout.write(`${LIBRARY} ${used} is the newest version: there is nothing to try.\n`)
    return 0
  }
  const folder = mkdtempSync(join(tmpdir(), 'account-server-upgrade-'))
  await withProgress(`Copying the tree to ${folder} …`, async () => copyTree(folder))
  await withProgress(`Installing ${LIBRARY} ${version} …`, () =>
    runNpm(['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', ...packages(version)], {
      cwd: folder,
    }),
  )
  const results = []
  for (const part of PARTS) {
    const missing = part.after && results.some(({ name, ok }) => name === part.after && !ok)
    results.push(missing ? leftOut(part) : await run(part, folder))
  }
  const failed = results.filter(({ ok }) => !ok)
  process.stdout.write(report({ used, version, results, folder }))
  if (failed.length === 0 && !args.includes('--keep')) rmSync(folder, { recursive: true, force: true })
  return failed.length === 0 ? 0 : 1
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

function copyTree(folder) {
  cpSync(ROOT, folder, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(relative(ROOT, path).split(sep)[0]),
  })
}

/** Runs one part in the copy; its whole output goes to a file there. */
async function run({ name, command, lines }, folder) {
  say(`Running ${name} …`)
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command(folder)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const code = await new Promise((resolve) => child.once('close', resolve))
  const log = join(folder, `upgrade-check-${name.replaceAll(' ', '-')}.log`)
  writeFileSync(log, text)
  const output = text.split('\n')
  const counted = output.findLast((line) => /^\d+ passed, \d+ failed$/.test(line))
  const found = lines(output)
  return { name, ok: code === 0, counted, found: found.length > 0 ? found : output.filter(Boolean), log }
}

function leftOut({ name, after }) {
  return { name, ok: false, counted: `not run, because no server starts without the ${after}`, found: [] }
}

/** Of each test that the summary numbers: its title, up to a line that ends with a colon, and what went wrong. */
function failedTests(output) {
  const heads = output.flatMap((line, at) => (/^ {2}\d+\) /.test(line) ? [at] : []))
  return heads.map((at) => {
    const end = output.findIndex((line, later) => later >= at && line.endsWith(':'))
    const [suite = '', ...rest] = output.slice(at, end + 1).map((line) => line.trim().replace(/^\d+\) /, ''))
    const why = output.slice(end + 1).find((line) => line.trim() !== '') ?? ''
    return `${rest.at(-1) ?? suite} ${why.trim()}`
  })
}

function report({ used, version, results, folder }) {
  const lines = [`\n${LIBRARY} ${used} → ${version}\n`]
  for (const { name, ok, counted, found, log } of results) {
    lines.push(`${ok ? '✔' : '✖'} ${name}${counted ? `: ${counted}` : ''}`)
    if (ok) continue
    lines.push(...found.slice(0, MOST_LINES).map((line) => `    ${line.slice(0, LONGEST_LINE)}`))
    if (found.length > MOST_LINES) lines.push(`    … and ${found.length - MOST_LINES} more`)
    if (log) lines.push(`    all of it: ${log}`)
  }
  const inTheWay = results.filter(({ ok }) => !ok).map(({ name }) => name)
  lines.push(
    '',
    inTheWay.length > 0 ? `Broken: ${inTheWay.join(', ')}. The copy is in ${folder}` : 'Nothing breaks.',
  )
  return `${lines.join('\n')}\n`
}
