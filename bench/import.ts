/**
 * `node bench/import.ts [COUNT] [FORMAT]`: generates a file of accounts, imports it with the command line, exports it, and prints
 * seconds, accounts per second, processor time and the most memory. Uses the database of the settings, else SQLite in a folder of
 * its own. There it prints the size of the database, and imports the export into a second one as well. The format `factors` is CSV with an authenticator app for each account,
 * and `groups` is CSV with three groups for each of them.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [count, format] = [Number(process.argv[2] ?? 1_000_000), process.argv[3] ?? 'csv']
const CLI = join(import.meta.dirname, '../src/cli.ts')
const HASH = '$2b$10$abcdefghijklmnopqrstuu3O8sSKAsMh4QNpP6tLFkYgt6uAcchPS'
const SALT = 'MDEyMzQ1Njc4OWFiY2RlZg=='
const DIGEST = 'A'.repeat(86) + '=='

const REPORTED = ['imported', 'already_here', 'refused', 'accounts']

type Write = (index: number) => string

const flat: Write = (index) =>
  JSON.stringify({
    id: String(index),
    email: email(index),
    email_verified: true,
    name: name(index),
    password_hash: HASH,
  })

const COLUMNS = 'id,email,hashed_password,full_name,is_verified,is_active,created_at'
const row: Write = (index) =>
  `${index},${email(index)},${HASH},"${name(index)}",t,t,2021-03-04 05:06:07.123456+00`

const FORMATS: Record<string, { head: string; record: Write; between: string; tail: string }> = {
  csv: { head: `${COLUMNS}\n`, record: row, between: '\n', tail: '\n' },
  factors: {
    head: `${COLUMNS},totp_secret\n`,
    record: (index) => `${row(index)},GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ`,
    between: '\n',
    tail: '\n',
  },
  groups: {
    head: `${COLUMNS},groups\n`,
    record: (index) => `${row(index)},everybody;team ${index % 997};floor ${index % 50}`,
    between: '\n',
    tail: '\n',
  },
  ndjson: { head: '', record: flat, between: '\n', tail: '\n' },
  auth0: { head: '', record: auth0, between: '\n', tail: '\n' },
  logto: { head: '', record: logto, between: '\n', tail: '\n' },
  keycloak: { head: '{"realm":"bench","users":[', record: keycloak, between: ',\n', tail: ']}' },
  firebase: { head: '{"users":[', record: firebase, between: ',\n', tail: ']}' },
}

const chosen = FORMATS[format]
if (!chosen) throw new Error(`FORMAT: got "${format}", takes ${Object.keys(FORMATS).join(', ')}`)
const { head, record, between, tail } = chosen

const folder = mkdtempSync(join(tmpdir(), 'account-server-import-'))
try {
  const file = join(folder, 'accounts')
  generate(file)
  process.stdout.write(`${format}: ${count} accounts, ${Math.round(statSync(file).size / 1_048_576)} MiB\n`)
  const env = { ACCOUNT_SERVER_DATA_DIR: join(folder, 'data'), ...process.env }
  execFileSync(process.execPath, [CLI, 'migrate', '--json'], { env })
  const importing = [
    'import',
    file,
    '--format',
    ['factors', 'groups'].includes(format) ? 'csv' : format,
    '--json',
  ]
  if (format === 'firebase') importing.push('--without-unknown-hashes')
  measure('dry run', [...importing, '--dry-run'], env)
  for (const run of ['first run', 'second run']) measure(run, importing, env)
  if (!('ACCOUNT_SERVER_MYSQL_DSN' in env)) process.stdout.write(`${diskOf(env.ACCOUNT_SERVER_DATA_DIR)}\n`)
  const passphrase = join(folder, 'passphrase.txt')
  writeFileSync(passphrase, 'seven grey kettles')
  const moving = [join(folder, 'exported.ndjson'), '--passphrase-file', passphrase, '--json']
  measure('export', ['export', ...moving], env)
  if (!('ACCOUNT_SERVER_MYSQL_DSN' in env)) {
    const second = { ...env, ACCOUNT_SERVER_DATA_DIR: join(folder, 'second') }
    execFileSync(process.execPath, [CLI, 'migrate', '--json'], { env: second })
    measure('import of it', ['import', ...moving], second)
  }
} finally {
  rmSync(folder, { recursive: true })
}

function generate(file: string): void {
  const out = openSync(file, 'w')
  writeSync(out, head)
  for (let from = 0; from < count; from += 10_000) {
    const indices = Array.from({ length: Math.min(10_000, count - from) }, (_, at) => from + at)
    writeSync(out, (from > 0 ? between : '') + indices.map(record).join(between))
  }
  writeSync(out, tail)
  closeSync(out)
}

function diskOf(dataDir: string): string {
  const bytes = readdirSync(dataDir)
    .filter((name) => name.includes('.sqlite'))
    .reduce((sum, name) => sum + statSync(join(dataDir, name)).size, 0)
  return `disk          ${Math.round(bytes / 1_048_576)} MiB, ${Math.round(bytes / count)} bytes for each account`
}

function measure(run: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  // Prints the most memory and the processor time of the process when it ends: other programs may be busy meanwhile.
  const probe =
    `data:text/javascript,process.on('exit',()=>{const u=process.resourceUsage();` +
    `process.stderr.write('RSS '+u.maxRSS+' CPU '+(u.userCPUTime+u.systemCPUTime))})`
  const startedAt = performance.now()
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', probe, CLI, ...args], {
    env,
    encoding: 'utf8',
  })
  const seconds = (performance.now() - startedAt) / 1000
  if (!stdout) throw new Error(`the ${run} printed nothing: ${stderr}`)
  const report = JSON.parse(stdout) as Record<string, number>
  const mib = Math.round(Number(/RSS (\d+)/.exec(stderr)?.[1] ?? 0) / 1024)
  const cpu = Number(/CPU (\d+)/.exec(stderr)?.[1] ?? 0) / 1e6
  process.stdout.write(
    `${run.padEnd(12)}  ${seconds.toFixed(1)} s  ${Math.round(count / seconds)}/s  ${cpu.toFixed(1)} s of CPU  ${mib} MiB  ` +
      `${REPORTED.filter((name) => name in report)
        .map((name) => `${name} ${report[name]}`)
        .join(', ')}\n`,
  )
}

function email(index: number): string {
  return `person.${index}@${index % 7 === 0 ? 'Example.com' : 'mail.example.org'}`
}

function name(index: number): string {
  return `Person Number ${index}`
}

function keycloak(index: number): string {
  const secretData = JSON.stringify({ value: DIGEST, salt: SALT, additionalParameters: {} })
  const credentialData = JSON.stringify({
    hashIterations: 27_500,
    algorithm: 'pbkdf2-sha512',
    additionalParameters: {},
  })
  const credentials = [
    { id: String(index), type: 'password', createdDate: 1_700_000_000_000, secretData, credentialData },
  ]
  const names = { firstName: 'Person', lastName: String(index) }
  const common = {
    id: String(index),
    username: `p${index}`,
    email: email(index),
    emailVerified: true,
    enabled: true,
  }
  return JSON.stringify({
    ...common,
    ...names,
    createdTimestamp: 1_700_000_000_000,
    credentials,
    realmRoles: [],
  })
}

function auth0(index: number): string {
  const id = { $oid: String(index).padStart(24, '0') }
  return JSON.stringify({ _id: id, email: email(index), email_verified: true, passwordHash: HASH })
}

function logto(index: number): string {
  const hash = { password_encrypted: HASH, password_encryption_method: 'Bcrypt' }
  return JSON.stringify({ id: String(index), primary_email: email(index), name: name(index), ...hash })
}

function firebase(index: number): string {
  return JSON.stringify({
    localId: String(index),
    email: email(index),
    emailVerified: true,
    passwordHash: DIGEST,
    salt: SALT,
  })
}
