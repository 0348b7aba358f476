/**
 * `npm run removable`: shows that a feature is its folder and its line. In a copy of the tree it deletes one folder of
 * src/protocol, its lines in the lists, and every file outside src that uses it; then types and lint must pass, and with
 * `--tests` the other features' tests. Without a name it takes each in turn; `--by-turns` takes one, another for each commit.
 */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { ROOT } from './find-binary.mjs'

const FEATURES = ['device', 'ciba', 'token-exchange', 'challenge', 'status-list', 'registration']
/** Every list that names features: one line each. */
const LISTS = ['src/features.ts', 'src/cli/commands.ts']
const IMPORTS = /(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g

const given = process.argv.slice(2)
const flags = given.filter((word) => word.startsWith('--'))
const names = chosen(given.filter((word) => !word.startsWith('--')))
const strange = [
  ...names.filter((name) => !FEATURES.includes(name)),
  ...flags.filter((flag) => !/^--(?:tests|by-turns)$/.test(flag)),
]
if (strange.length > 0) {
  process.stderr.write(
    `not known: ${strange.join(', ')}; known are --tests, --by-turns and ${FEATURES.join(', ')}\n`,
  )
  process.exit(2)
}
const failed = []
for (const name of names) if (!(await isRemovable(name))) failed.push(name)
process.exitCode = failed.length > 0 ? 1 : 0

function chosen(words) {
  if (words.length > 0) return words
  if (!flags.includes('--by-turns')) return FEATURES
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
  const copy = mkdtempSync(join(tmpdir(), 'account-server-without-'))
  try {
    const files = copyTree(copy)
    const gone = remove(copy, files, name)
    process.stdout.write(`without ${name}: ${gone.length} files outside its folder use it and go with it\n`)
    for (const [what, command] of Object.entries(checks())) {
      const { ok, output } = await run(copy, command)
      process.stdout.write(`${ok ? '✔' : '✖'} ${what} without ${name}\n${ok ? '' : `${output.trimEnd()}\n`}`)
      if (!ok) return false
    }
    return true
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function copyTree(copy) {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    maxBuffer: 1e8,
  })
  const files = list
    .toString()
    .split('\n')
    .filter((file) => file && existsSync(join(ROOT, file)))
  for (const file of files) cpSync(join(ROOT, file), join(copy, file))
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const runtime = join('scripts', 'runtime', 'node_modules')
  if (existsSync(join(ROOT, runtime))) symlinkSync(join(ROOT, runtime), join(copy, runtime))
  return files
}

/** Deletes the feature. Answers what else went: tests, seeds and measurements that use it, and what uses those. */
function remove(copy, files, name) {
  const folders = [join('src', 'protocol', name), join('test', 'protocol', name)]
  const isOwn = (file) => folders.some((folder) => file.startsWith(`${folder}/`))
  for (const list of LISTS.filter((file) => files.includes(file))) takeOut(join(copy, list), name)
  const code = files.filter((file) => /\.(?:ts|mjs)$/.test(file) && !isOwn(file) && !file.startsWith('src/'))
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
  const entries = new RegExp(`\\b(?:${imported.join('|')})\\b(?:,\\s*)?`, 'g')
  writeFileSync(list, imports.length > 0 ? rest.replace(entries, '') : rest)
}

function importsOf(copy, file) {
  const text = readFileSync(join(copy, file), 'utf8')
  return [...text.matchAll(IMPORTS)].map(([, path]) => normalize(join(dirname(file), path)))
}

function checks() {
  const others = ['test/architecture.test.ts', 'test/protocol/*/*.test.ts']
  return {
    types: ['node_modules/typescript/bin/tsc', '--project', '.'],
    lint: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.'],
    ...(flags.includes('--tests') && { 'the other tests': ['scripts/test.mjs', ...others] }),
  }
}

function run(cwd, command) {
  const child = spawn(process.execPath, command, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ ok: code === 0, output }))
  })
}
