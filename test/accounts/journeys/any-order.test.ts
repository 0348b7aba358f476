/**
 * Walks the states of an account in random order: an owner who reads the mailbox and a stranger who does not, each in
 * browsers of their own. After each step, what the account is must follow from what was proven. The order depends on the seed
 * alone, so a failure comes back.
 */
import { hash } from 'node:crypto'
import { expect } from 'chai'
import { randomToken } from '../../../src/platform/tokens.ts'
import { disableAccount, enableAccount } from '../../../src/accounts/account-state.ts'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import { activateHere, enterByLink, enterConfirmed } from '../../../src/accounts/journeys/activation-here.ts'
import type { Entered } from '../../../src/accounts/journeys/activation-here.ts'
import {
  activate,
  activateElsewhere,
  activateWithNewPassword,
} from '../../../src/accounts/journeys/activation.ts'
import { completeReset, requestReset } from '../../../src/accounts/journeys/password-reset.ts'
import { signIn } from '../../../src/accounts/journeys/sign-in.ts'
import { registerAgain, registerHere, resendActivation } from '../../../src/accounts/journeys/sign-up.ts'
import { HOUR_MS, MINUTE_MS } from '../../../src/platform/clock.ts'
import { onSqlite } from '../account-world.ts'
import type { World } from '../account-world.ts'
import { REACHED, checkPasskeys, makePasskey, noteRegistered, passkeySteps } from './walked-passkeys.ts'
import type { Browser, Letter, Proven } from './walked-passkeys.ts'

/** At the same time: an answer waits for its full step, so one walk takes long. */
const WALKS = 30
const STEPS = 15
const ROUNDS = 2
const OWNERS = ['the owner’s blue teapot', 'the owner’s green kettle']
const STRANGERS = 'a stranger’s red lantern'

/** The same on every machine: a digest of the seed and the count. */
function dice(seed: number) {
  let count = 0
  return (sides: number) => hash('sha256', `${seed} ${(count += 1)}`, 'buffer').readUInt32BE() % sides
}

onSqlite('In any order of steps', (world) => {
  it('nobody gets a confirmed address, a new password or a session without the proof [S-2.163]', async () => {
    const pause = dice(0)
    const seen = new Set<string>()
    for (let round = 0; round < ROUNDS; round += 1) {
      await world().empty()
      const walks = Array.from({ length: WALKS }, (_, at) => startWalk(world(), round * WALKS + at + 1))
      for (let step = 0; step < STEPS; step += 1) {
        await Promise.all(walks.map(async (walk) => seen.add(await walk.step())))
        world().advance([0, 0, 0, 0, 20_000, 20_000, 3 * MINUTE_MS, HOUR_MS][pause(8)]!)
      }
    }
    for (const reached of REACHED) expect([...seen], reached).to.include(reached)
  })
})

function startWalk(world: World, seed: number) {
  const { needs, db } = world
  const roll = dice(seed)
  const pick = <T>(of: readonly T[]): T => of[roll(of.length)]!
  const email = `walk-${seed}@example.com`
  const browser = (password: string, at: number): Browser => ({
    secret: randomToken(),
    password,
    ip: `198.51.${seed}.${at}`,
    keys: [],
  })
  const owner = [browser(OWNERS[0]!, 1), browser(OWNERS[1]!, 2)]
  const stranger = browser(STRANGERS, 3)
  const everybody = [...owner, stranger]
  const log: string[] = []
  /** What the model knows to be proven. */
  const proven: Proven = { mailbox: false, disabled: false, used: new Set(), keys: new Set() }

  const find = () => findAccountByEmail(db, email)
  const so = () => log.join('\n')
  async function letters(template: string): Promise<Letter[]> {
    const mails = (await world.mails()).filter((mail) => mail.to === email && mail.template === template)
    return mails.map(({ data }) => {
      const { link = '', code = '' } = data as { link?: string; code?: string }
      return { template, token: new URL(link).searchParams.get('token') ?? '', code }
    })
  }
  /** Mostly the newest. */
  const read = async (template: string) => {
    const all = await letters(template)
    return roll(4) === 0 ? pick(all) : all.at(-1)
  }

  function entered(who: Browser, { account, amr }: Entered): string {
    if (!account) return 'ok'
    expect(who, so()).not.to.equal(stranger)
    expect(proven.disabled, so()).to.equal(false)
    // Who registered with a passkey has it. For the others the password has to be enough.
    expect(amr?.includes('mfa') ?? false, so()).to.equal(who.kept?.passkey !== undefined)
    if (!amr) expect(proven.keys.size, so()).to.equal(0)
    return amr ? 'in by passkey' : 'in'
  }

  /** A code or link of a mail had its effect, which it has once. */
  function proof({ token }: Letter): string {
    expect(proven.used.has(token), so()).to.equal(false)
    proven.used.add(token)
    proven.mailbox = true
    return 'ok'
  }

  const walk = { needs, email, owner, stranger, proven, pick, so, find, read, proof }
  const steps: Record<string, () => Promise<string>> = {
    async register() {
      // At first both are there in most walks: the owner and then the stranger, or the other way round.
      const [first, second] = seed % 4 === 3 ? [stranger, owner[0]!] : [owner[0]!, stranger]
      const who = log.length === 1 ? first : log.length === 2 && seed % 4 ? second : pick(everybody)
      const name = who === stranger ? 'Stranger' : 'Owner'
      const passkey = roll(2) === 0 ? makePasskey(needs, who) : undefined
      const { password, secret, ip } = who
      const registered = await registerHere(needs, { email, password, passkey, name, browser: secret, ip })
      if (registered.ok) who.kept = registered.kept
      return who === stranger ? 'stranger' : 'owner'
    },
    async 'another mail'() {
      const who = pick(everybody)
      if (!who.kept) {
        await resendActivation(needs, { email, ip: who.ip })
        return 'address alone'
      }
      const registered = await registerAgain(needs, who.kept, { email, browser: who.secret, ip: who.ip })
      if (registered.ok) who.kept = registered.kept
      return 'kept'
    },
    async code() {
      const who = pick(owner)
      const letter = await read('activation')
      if (!who.kept || !letter) return 'nothing'
      const here = { kept: who.kept, browser: who.secret, ip: who.ip }
      const done = await activateHere(needs, { ...here, code: letter.code })
      if (!done.ok) return done.reason
      // A form that is sent twice within a minute has the same answer.
      if (!proven.used.has(letter.token)) proof(letter)
      return entered(who, done)
    },
    async 'guessed code'() {
      const who = pick(everybody)
      if (!who.kept) return 'nothing'
      const here = { kept: who.kept, browser: who.secret, ip: who.ip }
      const done = await activateHere(needs, { ...here, code: 'AAAA-3333' })
      expect(done.ok, so()).to.equal(false)
      return 'refused'
    },
    async link() {
      const who = pick(owner)
      const letter = await read('activation')
      if (!letter) return 'nothing'
      const done = await activate(needs, {
        token: letter.token,
        browser: who.secret,
        ip: who.ip,
        signsIn: true,
      })
      if (!done.ok) return done.reason
      proof(letter)
      return entered(who, await enterByLink(needs, done, { ip: who.ip }))
    },
    async 'scanned link'() {
      const letter = await read('activation')
      if (!letter) return 'nothing'
      const done = await activate(needs, { token: letter.token, browser: undefined })
      expect(done.ok, so()).to.equal(false)
      return 'refused'
    },
    async waiting() {
      // Each of them has the page open.
      let done = 'not yet'
      for (const who of everybody) {
        const here = who.kept && { kept: who.kept, browser: who.secret, ip: who.ip }
        const found = here && (await enterConfirmed(needs, here))
        if (found) done = entered(who, found)
      }
      return done
    },
    async elsewhere() {
      const letter = await read('activation')
      if (!letter) return 'nothing'
      const done = await activateElsewhere(needs, { ...letter, password: roll(3) ? OWNERS[0]! : OWNERS[1]! })
      return done.ok ? proof(letter) : done.reason
    },
    async 'new password'() {
      const letter = await read('activation')
      if (!letter) return 'nothing'
      const done = await activateWithNewPassword(needs, {
        ...letter,
        newPassword: pick(OWNERS),
        name: 'Owner',
      })
      return done.ok ? proof(letter) : done.reason
    },
    async 'ask for a reset'() {
      const who = pick(everybody)
      await requestReset(needs, { email, browser: who.secret, ip: who.ip })
      return 'asked'
    },
    async reset() {
      const who = pick(owner)
      if (roll(2) === 0) await requestReset(needs, { email, browser: who.secret, ip: who.ip })
      const letter = await read('reset')
      if (!letter) return 'nothing'
      const code = roll(2) === 0 ? letter.code : undefined
      const given = {
        token: letter.token,
        code,
        browser: who.secret,
        newPassword: who.password,
        name: 'Owner',
      }
      const done = await completeReset(needs, given)
      if (done.ok) expect(proven.disabled, so()).to.equal(false)
      return done.ok ? proof(letter) : done.reason
    },
    async 'reset by the stranger'() {
      const account = await find()
      if (!account) return 'nothing'
      const tries = [
        { token: 'a-token-that-nobody-mailed', browser: stranger.secret },
        { accountId: account.id, code: 'AAAA-3333' },
      ]
      for (const given of tries) {
        const done = await completeReset(needs, { ...given, newPassword: STRANGERS })
        expect(done.ok, so()).to.equal(false)
      }
      return 'refused'
    },
    async 'disable or enable'() {
      const account = await find()
      if (!account) return 'nothing'
      proven.disabled = !proven.disabled && roll(3) === 0
      const change = proven.disabled ? disableAccount : enableAccount
      await change(needs, account.id, { actor: 'cli' })
      return proven.disabled ? 'disabled' : 'enabled'
    },
    ...passkeySteps(walk),
  }
  const often = [
    ['register', 'register', 'code', 'link', 'link', 'elsewhere', 'elsewhere', 'elsewhere'],
    ['waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'ask for a reset', 'reset', 'reset'],
    ['password', 'passkey', 'elsewhere with the passkey', 'add a passkey', 'add a passkey'],
    ['remove a passkey', 'stranger adds a passkey', 'elsewhere with the passkey'],
    ['new password', 'new password', 'code', 'code', 'code', 'elsewhere with the passkey'],
  ].flat()
  const names = [...Object.keys(steps), ...often]

  async function check(step: string, wasProven: boolean): Promise<void> {
    const account = await find()
    if (!account) return
    const isVerified = account.emailVerifiedAtMs !== null
    expect(isVerified, so()).to.equal(proven.mailbox)
    if (proven.mailbox && !wasProven) await noteRegistered(walk, account, step)
    await checkPasskeys(walk, account)
    if (!isVerified) return
    expect(account.name, so()).not.to.equal('Stranger')
    const given = { email, password: STRANGERS, ip: `203.0.${seed}.${log.length}` }
    const strangers = await signIn(needs, given)
    expect(strangers.ok, so()).to.equal(false)
    if (proven.disabled)
      expect((await signIn(needs, { ...given, password: OWNERS[0]! })).ok, so()).to.equal(false)
  }

  return {
    async step(): Promise<string> {
      const name = log.length < 2 ? 'register' : pick(names)
      log.push(name)
      const wasProven = proven.mailbox
      const done = `${name}: ${await steps[name]!()}`
      log[log.length - 1] = done
      await check(name, wasProven)
      return done
    },
  }
}
