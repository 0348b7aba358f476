import { expect } from 'chai'
import { createBlockedAttempts } from '../../src/attempts/blocked-attempts.ts'
import { issueDeviceCookie } from '../../src/attempts/known-browser.ts'
import { checkMailedCode, issueMailedCode } from '../../src/attempts/mailbox-pass.ts'
import { issuePuzzle } from '../../src/attempts/puzzle.ts'
import { confirmPassword, signIn } from '../../src/accounts/journeys/sign-in.ts'
import type { SignedIn } from '../../src/accounts/journeys/sign-in.ts'
import { inRanges } from '../../src/platform/network/ip-address.ts'
import { solutionOf } from '../support/solved-puzzle.ts'
import { onEachDatabase, PASSWORD } from './account-world.ts'
import type { World } from './account-world.ts'

const IP = '192.0.2.7'
const EMAIL = 'ada@example.com'
const MINUTE_MS = 60_000
/** What the settings say by default. */
const BEFORE_CHALLENGE = 100
const LIMIT = 1000

type Given = Parameters<typeof signIn>[1]

/** Everything is real but the hash, of which there would be thousands. Easy puzzles. */
function attackOn(world: World) {
  const seen = { hashes: 0 }
  const verify = (_stored: unknown, password: string) => {
    seen.hashes += 1
    return Promise.resolve(password === PASSWORD)
  }
  const { needs } = world
  const limits = { ...needs.config.limits, challengeBits: 2 }
  const one = { ...needs, config: { ...needs.config, limits }, hasher: { ...needs.hasher, verify } }
  // Two processes on one database.
  const processes = [one, { ...one, blocked: createBlockedAttempts() }]
  let turn = 0
  const attempt = (over: Partial<Given> = {}): Promise<SignedIn> => {
    turn += 1
    const given = { email: EMAIL, password: 'wrong', ip: IP, ...over }
    return signIn(processes[turn % processes.length] ?? one, given)
  }
  const solved = (email: string, ip = IP) => solutionOf(issuePuzzle(one, ip), email)
  return { seen, one, attempt, solved }
}

async function inParallel<T>(times: number, work: (n: number) => Promise<T>, width = 50): Promise<T[]> {
  const done: T[] = []
  for (let from = 0; from < times; from += width) {
    const some = Array.from({ length: Math.min(width, times - from) }, (_, i) => work(from + i))
    done.push(...(await Promise.all(some)))
  }
  return done
}

const reasonOf = (result: SignedIn) => (result.ok ? 'ok' : result.reason)
const countOf = (results: readonly SignedIn[], reason: string) =>
  results.filter((result) => reasonOf(result) === reason).length

onEachDatabase('Failures of a network over all accounts', (world) => {
  const fill = async (attack: ReturnType<typeof attackOn>, ip = IP, times = BEFORE_CHALLENGE) =>
    inParallel(times, (n) => attack.attempt({ email: `person${n}@example.com`, ip }))

  it(`of 10,000 tries over 2,000 addresses have ${BEFORE_CHALLENGE} passwords evaluated [S-2.150]`, async () => {
    const { attempt, seen } = attackOn(world())
    const results = await inParallel(10_000, (n) => attempt({ email: `person${n % 2000}@example.com` }))
    expect(seen.hashes).to.equal(BEFORE_CHALLENGE)
    expect(countOf(results, 'challenge')).to.equal(10_000 - BEFORE_CHALLENGE)
  })

  it('have one more password evaluated for each solved challenge, and none beyond the limit [S-2.151]', async () => {
    const attack = attackOn(world())
    await fill(attack)
    const solving = (n: number) => {
      const email = `other${n}@example.com`
      return attack.attempt({ email, proof: { solution: attack.solved(email) } })
    }
    const results = await inParallel(LIMIT, solving)
    expect(attack.seen.hashes).to.equal(LIMIT)
    expect(countOf(results, 'wrong')).to.equal(LIMIT - BEFORE_CHALLENGE)
    const last = await attack.attempt({ email: 'unasked@example.com' })
    expect(last).to.include({ reason: 'blocked' }).and.have.property('retryAfterSeconds').within(890, 900)
    world().advance(15 * MINUTE_MS)
    expect(reasonOf(await attack.attempt({ email: 'unasked@example.com' }))).to.equal('wrong')
  })

  it('are answered alike for addresses with and without an account [S-2.152]', async () => {
    const attack = attackOn(world())
    await world().add({ email: EMAIL })
    await fill(attack)
    for (const email of [EMAIL, 'nobody@example.com']) {
      expect(await attack.attempt({ email }), email).to.deep.equal({ ok: false, reason: 'challenge' })
      const proof = { solution: attack.solved(email) }
      expect(await attack.attempt({ email, proof }), email).to.deep.equal({ ok: false, reason: 'wrong' })
    }
  })

  it('do not count sign-ins that succeed, nor keep a person with a solved challenge out', async () => {
    const attack = attackOn(world())
    await world().add({ email: EMAIL })
    const right = () => attack.attempt({ password: PASSWORD })
    const all = await inParallel(BEFORE_CHALLENGE + 20, right, 10)
    expect(countOf(all, 'ok')).to.equal(BEFORE_CHALLENGE + 20)
    await fill(attack)
    expect(reasonOf(await right())).to.equal('challenge')
    const proof = { solution: attack.solved(EMAIL) }
    expect(reasonOf(await attack.attempt({ password: PASSWORD, proof }))).to.equal('ok')
  })

  it('change nothing for a known browser, nor for a signed-in person who confirms the password', async () => {
    const attack = attackOn(world())
    const account = await world().add({ email: EMAIL })
    await fill(attack)
    const { one } = attack
    const deviceCookie = issueDeviceCookie(one.config.keys.device, account, one.clock())
    expect(reasonOf(await attack.attempt({ password: PASSWORD, deviceCookie }))).to.equal('ok')
    const confirmed = await confirmPassword(one, account.id, { password: PASSWORD, ip: IP })
    expect(confirmed).to.have.property('ok', true)
  })

  it('of a /48 are counted over its /64s with four times the limit, and those of the next /48 apart [S-2.153]', async () => {
    const attack = attackOn(world())
    const from = (n: number) => `2001:db8:77:${n.toString(16)}::1`
    const all = await inParallel(500, (n) =>
      attack.attempt({ email: `person${n}@example.com`, ip: from(n % 50) }),
    )
    expect(countOf(all, 'wrong')).to.equal(4 * BEFORE_CHALLENGE)
    expect(reasonOf(await attack.attempt({ ip: '2001:db8:78::1' }))).to.equal('wrong')
  })

  it('are not counted in a network of the allow-list [S-2.154]', async () => {
    const attack = attackOn(world())
    Object.assign(attack.one.config.limits, { isUnlimited: inRanges(['192.0.2.0/24']) })
    const all = await fill(attack, IP, BEFORE_CHALLENGE + 20)
    expect(countOf(all, 'wrong')).to.equal(BEFORE_CHALLENGE + 20)
  })
})

onEachDatabase('Failures of an account over all networks', (world) => {
  const networkOf = (n: number) => `198.${18 + Math.floor(n / 256)}.${n % 256}.1`
  const fill = (attack: ReturnType<typeof attackOn>, email = EMAIL) =>
    inParallel(BEFORE_CHALLENGE, (n) => attack.attempt({ email, ip: networkOf(n) }))
  const passFor = async ({ one }: ReturnType<typeof attackOn>, of: string) => {
    const { waiting, code } = issueMailedCode(one, of)
    const checked = await checkMailedCode(one, { waiting, code: code.toLowerCase() })
    return checked.ok ? checked.pass : undefined
  }

  it(`of 1,000 networks with 15 tries each have ${BEFORE_CHALLENGE} passwords evaluated, and the owner signs in [S-2.155]`, async () => {
    const attack = attackOn(world())
    const account = await world().add({ email: EMAIL })
    const { keys } = attack.one.config
    const deviceCookie = issueDeviceCookie(keys.device, account, attack.one.clock())
    const owner = () => attack.attempt({ password: PASSWORD, ip: '203.0.113.9', deviceCookie })
    const owned: SignedIn[] = []
    const results = await inParallel(15_000, async (n) => {
      if (n % 1500 === 0) owned.push(await owner())
      return attack.attempt({ ip: networkOf(n % 1000) })
    })
    expect(owned.map(reasonOf)).to.deep.equal(Array.from({ length: 10 }, () => 'ok'))
    expect(attack.seen.hashes - owned.length).to.equal(BEFORE_CHALLENGE)
    expect(countOf(results, 'mail_code')).to.equal(15_000 - BEFORE_CHALLENGE)
  })

  it('ask an unknown browser for a code of a mail, for every address, and a puzzle is not enough [S-2.156]', async () => {
    const attack = attackOn(world())
    await world().add({ email: EMAIL })
    for (const email of [EMAIL, 'nobody@example.com']) {
      await fill(attack, email)
      expect(reasonOf(await attack.attempt({ email, password: PASSWORD })), email).to.equal('mail_code')
      const proof = { solution: attack.solved(email) }
      expect(reasonOf(await attack.attempt({ email, password: PASSWORD, proof })), email).to.equal(
        'mail_code',
      )
    }
    const pass = await passFor(attack, EMAIL)
    expect(reasonOf(await attack.attempt({ password: PASSWORD, proof: { pass } }))).to.equal('ok')
    world().advance(60 * MINUTE_MS)
    expect(reasonOf(await attack.attempt({ password: PASSWORD }))).to.equal('ok')
  })

  it('let no pass be used for another address, more than five times, or after its time', async () => {
    const attack = attackOn(world())
    await fill(attack)
    const pass = await passFor(attack, EMAIL)
    await fill(attack, 'other@example.com')
    const elsewhere = await attack.attempt({ email: 'other@example.com', proof: { pass } })
    expect(reasonOf(elsewhere)).to.equal('mail_code')
    const uses = await inParallel(10, () => attack.attempt({ proof: { pass } }), 2)
    expect(countOf(uses, 'wrong')).to.equal(5)
    const late = await passFor(attack, EMAIL)
    world().advance(15 * MINUTE_MS)
    expect(reasonOf(await attack.attempt({ proof: { pass: late } }))).to.equal('mail_code')
  })

  it('are reported to the owner once a day, and not to an address without an account [S-2.157]', async () => {
    const attack = attackOn(world())
    await world().add({ email: EMAIL })
    const guessed = async () =>
      (await world().mails()).filter(({ template }) => template === 'password-guessed')
    await fill(attack, 'nobody@example.com')
    await attack.attempt({ email: 'nobody@example.com' })
    expect(await guessed()).to.have.lengthOf(0)
    await fill(attack)
    await inParallel(40, (n) => attack.attempt({ ip: networkOf(n) }))
    expect(await guessed()).to.have.lengthOf(1)
    world().advance(60 * MINUTE_MS)
    await fill(attack)
    await attack.attempt()
    expect(await guessed()).to.have.lengthOf(1)
    world().advance(24 * 60 * MINUTE_MS)
    await fill(attack)
    await attack.attempt()
    expect(await guessed()).to.have.lengthOf(2)
  })

  it('by user name and by address are one count', async () => {
    const attack = attackOn(world())
    const { id } = await world().add({ email: EMAIL })
    await world().db('accounts').where({ id }).update({ username: 'Ada', usernameCanonical: 'ada' })
    await fill(attack)
    expect(reasonOf(await attack.attempt({ email: 'ada' }))).to.equal('mail_code')
  })
})

onEachDatabase('A puzzle', (world) => {
  const setUp = async () => {
    const attack = attackOn(world())
    const limits = {
      ...attack.one.config.limits,
      networkFailures: { beforeChallenge: 1, limit: 1000, windowMs: 3_600_000 },
    }
    const one = { ...attack.one, config: { ...attack.one.config, limits } }
    const attempt = (solution: string, email = EMAIL, ip = IP) =>
      signIn(one, { email, password: 'wrong', ip, proof: { solution } })
    for (const ip of [IP, '198.51.100.1']) await attempt('none', 'filler@example.com', ip)
    return { one, attempt, solved: (email = EMAIL) => solutionOf(issuePuzzle(one, IP), email) }
  }

  it('is good for one attempt, of any number at once [S-2.158]', async () => {
    const { attempt, solved } = await setUp()
    const solution = solved()
    const results = await Promise.all(Array.from({ length: 8 }, () => attempt(solution)))
    expect(results.map(reasonOf).toSorted()).to.deep.equal([
      ...Array.from({ length: 7 }, () => 'challenge'),
      'wrong',
    ])
  })

  it('is refused for another address, from another network, unsolved, altered and after ten minutes [S-2.159]', async () => {
    const { one, attempt, solved } = await setUp()
    const { puzzle } = issuePuzzle(one, IP)
    const refused: [string, Promise<SignedIn>][] = [
      ['another address', attempt(solved(), 'other@example.com')],
      ['another network', attempt(solved(), EMAIL, '198.51.100.1')],
      ['unsolved', attempt(`${puzzle}:${Array.from({ length: 16 }, () => 99).join('.')}`)],
      ['too few parts', attempt(`${puzzle}:0`)],
      ['altered', attempt(solved().replace(/[A-Z]/, 'a'))],
      ['no solution', attempt('x'.repeat(1400))],
    ]
    for (const [how, result] of refused) expect(reasonOf(await result), how).to.equal('challenge')
    const late = solved()
    world().advance(10 * MINUTE_MS)
    expect(reasonOf(await attempt(late))).to.equal('challenge')
    expect(reasonOf(await attempt(solved()))).to.equal('wrong')
  })
})
