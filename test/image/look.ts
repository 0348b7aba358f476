/** Runs an image as `docker run --read-only` does, and looks at it from outside. */
import { chmodSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { startMailCatcher } from '../outbox/mail-catcher.ts'
import { freePort, pause } from '../support/service-process.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Image } from './build.ts'
import { enter, userOf } from './enter.ts'
import type { Entered, Place } from './enter.ts'

const POLL_MS = 200
const HEALTHY_WITHIN_MS = 60_000
const READY_WITHIN_MS = 60_000
const MAIL_WITHIN_MS = 30_000
const LOG_CHARACTERS = 2000

/**
 * Checks what a container of this image must do. `passed` hears of each check.
 * @throws {Error} at the first that fails, with the output of the server
 */
export async function lookAt(image: Image, passed: (line: string) => void): Promise<void> {
  const catcher = await startMailCatcher()
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const place = containerOf(image, {
    ACCOUNT_SERVER_PORT: String(port),
    ACCOUNT_SERVER_ISSUER: issuer,
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: catcher.url,
  })
  await runOnce(place, ['node', 'src/cli.ts', 'migrate'])
  passed('the command line migrates')
  const server = enter(place, image.command)
  try {
    await healthy(image, place, server)
    passed('HEALTHCHECK succeeds while the server runs, on a root that is read-only')
    await ready(issuer)
    const { uid } = userOf(place)
    expect(ownerOf(server), 'the user of the process').to.equal(uid).and.not.equal(0)
    passed(`the server runs as "${image.user}", number ${uid}`)
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`)
    expect(((await answer.json()) as { issuer: string }).issuer).to.equal(issuer)
    passed('discovery answers')
    await register(issuer)
    await until(() => catcher.mails.length > 0, MAIL_WITHIN_MS, 'no mail came')
    passed('a person registers in Russian, and the mail arrives')
    process.kill(server.pid(), 'SIGTERM')
    expect(await server.ended, 'exit code after SIGTERM').to.equal(0)
    passed('SIGTERM ends it with 0')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${reason}\n${server.output()}${logOf(image)}`, { cause: error })
  } finally {
    server.child.kill('SIGKILL')
    await catcher.stop()
  }
}

/** As a strict host runs it: nothing of the root can be written to but the volumes and /tmp. */
function containerOf(image: Image, env: Record<string, string>): Place {
  const tmp = join(image.root, 'tmp')
  mkdirSync(tmp, { recursive: true })
  chmodSync(tmp, 0o1777)
  return { ...image, env: { ...image.env, ...env }, writable: [...image.volumes, '/tmp'] }
}

async function runOnce(place: Place, words: string[]): Promise<void> {
  const { ended, output } = enter(place, { words })
  const code = await ended
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}:\n${output()}`)
}

async function healthy(image: Image, place: Place, server: Entered): Promise<void> {
  let over = false
  void server.ended.then(() => (over = true))
  const asked = async () => {
    if (over) throw new Error(`the server ended with ${await server.ended}`)
    return (await enter(place, image.health.command).ended) === 0
  }
  await until(asked, HEALTHY_WITHIN_MS, 'HEALTHCHECK did not succeed')
}

/** The last lines that the server wrote to its volume. */
function logOf({ root, volumes }: Image): string {
  const files = volumes.flatMap((folder) => globSync(join(root, folder, 'logs/*.log')))
  return files.map((file) => readFileSync(file, 'utf8').slice(-LOG_CHARACTERS)).join('')
}

async function ready(issuer: string): Promise<void> {
  const answers = async () => (await fetch(`${issuer}/health/ready`)).status === 200
  await until(answers, READY_WITHIN_MS, 'the server lives, and does not become ready')
}

/** The user of the process, as the machine sees it. */
function ownerOf(server: Entered): number {
  const [, uid] = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid()}/status`, 'utf8')) ?? []
  return Number(uid)
}

async function register(issuer: string): Promise<void> {
  const visitor = createVisitor(issuer, { 'accept-language': 'ru' })
  const form = { name: 'Анна', email: 'anna@example.org', password: 'медный чайник на болоте' }
  const page = await visitor.followForm(await visitor.get('/register'), form)
  expect([page.status, page.heading], page.text).to.eql([200, 'Проверьте почту'])
}

async function until(holds: () => boolean | Promise<boolean>, withinMs: number, otherwise: string) {
  const deadline = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(otherwise)
    await pause(POLL_MS)
  }
}
