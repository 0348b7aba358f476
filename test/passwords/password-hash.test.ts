import { expect } from 'chai'
import { isCommonPassword } from '../../src/passwords/common-passwords.ts'
import { createHasher } from '../../src/passwords/hashing.ts'
import { parseArgon2id } from '../../src/passwords/argon2.ts'
import { hashPassword, needsRehash, verifyPassword } from '../../src/passwords/password-hash.ts'
import { passwordProblem } from '../../src/passwords/password-policy.ts'
import { CHEAP, PASSWORD, rejection } from '../accounts/account-world.ts'

describe('Password hashes', () => {
  it('are by default Argon2id with 19 MiB, two passes and one lane [S-2.5]', async () => {
    const stored = await createHasher({ maxWaiting: 0 }).hash(PASSWORD)
    expect(stored).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await verifyPassword(stored, PASSWORD)).to.equal(true)
    expect(await verifyPassword(stored, `${PASSWORD} `)).to.equal(false)
  })

  it('are read with the parameters in any order', async () => {
    const stored = await hashPassword(PASSWORD, CHEAP)
    const reordered = stored.replace('m=256,t=1,p=1', 'p=1,t=1,m=256')
    expect(reordered).to.not.equal(stored)
    expect(await verifyPassword(reordered, PASSWORD)).to.equal(true)
    expect(needsRehash(reordered, CHEAP)).to.equal(false)
  })

  it('are due for renewal exactly when a parameter differs', async () => {
    const stored = await hashPassword(PASSWORD, CHEAP)
    expect(needsRehash(stored, CHEAP)).to.equal(false)
    expect(needsRehash(stored, { ...CHEAP, passes: 2 })).to.equal(true)
    expect(needsRehash(stored, { ...CHEAP, memoryKib: 512 })).to.equal(true)
    expect(needsRehash('$2b$10$abcdefghijklmnopqrstuv', CHEAP)).to.equal(true)
  })

  it('match long passwords to the last character [S-2.3]', async () => {
    const long = 'ä'.repeat(500)
    const stored = await hashPassword(long, CHEAP)
    expect(await verifyPassword(stored, long)).to.equal(true)
    expect(await verifyPassword(stored, `${long.slice(0, -1)}b`)).to.equal(false)
  })

  it('match the same characters typed composed and decomposed', async () => {
    const stored = await hashPassword('caf\u00e9-vault-otter', CHEAP)
    expect(await verifyPassword(stored, 'cafe\u0301-vault-otter')).to.equal(true)
  })

  for (const damaged of [
    '',
    'x',
    '$argon2id$',
    '$argon2id$v=19$m=256$a$b',
    '$constructor$x',
    '$argon2d$v=19$m=1$a$b',
  ])
    it(`never match a stored value such as ${JSON.stringify(damaged)}`, async () => {
      expect(await verifyPassword(damaged, PASSWORD)).to.equal(false)
      expect(parseArgon2id(damaged)).to.equal(undefined)
    })
})

describe('Hashing', () => {
  it('turns callers away with 503 and Retry-After beyond the running and the waiting ones [S-2.7]', async () => {
    const hasher = createHasher({ ...CHEAP, maxRunning: 2, maxWaiting: 3 })
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => hasher.hash(PASSWORD)))
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused).to.have.lengthOf(15)
    expect(refused[0]?.reason).to.include({ code: 'hashing_busy', status: 503, retryAfterSeconds: 2 })
    expect(await hasher.verify(await hasher.hash(PASSWORD), PASSWORD)).to.equal(true)
  })

  it('gives its place back when a hash fails', async () => {
    const hasher = createHasher({ ...CHEAP, memoryKib: 1, maxRunning: 1, maxWaiting: 0 })
    for (let i = 0; i < 3; i += 1)
      expect(await rejection(hasher.hash(PASSWORD)), `attempt ${i}`).to.not.have.property(
        'code',
        'hashing_busy',
      )
  })

  it('costs the same without a stored hash, and answers no', async () => {
    const hasher = createHasher({ maxWaiting: 0 })
    const stored = await hasher.hash(PASSWORD)
    const times = { known: [] as number[], unknown: [] as number[] }
    // In turns, and the quickest of each: what else this machine does only ever adds to a time.
    for (let i = 0; i < 40; i += 1)
      for (const [kind, hash] of [['known', stored] as const, ['unknown', null] as const]) {
        const startedAt = performance.now()
        await hasher.verify(hash, 'another password')
        times[kind].push(performance.now() - startedAt)
      }
    expect(Math.min(...times.unknown) / Math.min(...times.known)).to.be.within(0.5, 2)
    expect(await hasher.verify(undefined, '')).to.equal(false)
  })
})

describe('Password policy', () => {
  const policy = { serverName: 'Example Accounts', accounts: { passwordMinLength: 8 } }
  const owner = { email: 'ada.lovelace+x@example.com', name: 'Countess Ada', username: 'analytical' }
  const problem = (password: string) => passwordProblem(policy, password, owner)

  const refused: [string, string][] = [
    ['h7#kQ2x', 'too_short'],
    ['🦦🦦🐙🐙🦞🦞x', 'too_short'],
    ['x'.repeat(1025), 'too_long'],
    ['é'.repeat(513), 'too_long'],
    ['Ada.Lovelace+x@Example.com', 'personal'],
    ['ada.lovelace', 'personal'],
    ['AdaLovelaceX', 'personal'],
    ['countess ada', 'personal'],
    ['Analytical', 'personal'],
    ['exampleaccounts', 'personal'],
    ['password', 'common'],
    ['Password1!', 'common'],
    ['p@ssw0rd2024', 'common'],
    ['iloveyou', 'common'],
    ['Summer2025!', 'common'],
    ['qwertyuiop', 'common'],
    ['1qaz2wsx3edc', 'common'],
    ['12345678', 'common'],
    ['87654321', 'common'],
    ['aaaaaaaaaaaa', 'common'],
    ['abcabcabcabc', 'common'],
    ['12121212', 'common'],
    ['19901231', 'common'],
    ['31.12.1990', 'common'],
    ['asdfghjkl123', 'common'],
  ]
  for (const [password, expected] of refused)
    it(`refuses ${JSON.stringify(password.slice(0, 30))} as ${expected} [S-2.1]`, () => {
      expect(problem(password)).to.equal(expected)
    })

  const accepted = [
    PASSWORD,
    'correct horse battery staple',
    'h7#kQ2xz',
    '8361940275',
    'пёстрый кот и сом',
    'é'.repeat(3) + 'vault otter lamp '.repeat(5),
    'x7'.repeat(4) + 'lampshade otter',
  ]
  for (const password of accepted)
    it(`accepts ${JSON.stringify(password.slice(0, 30))} [S-2.2]`, () => {
      expect(problem(password)).to.equal(undefined)
    })

  it('counts code points against the configured minimum [S-2.4]', () => {
    const strict = { ...policy, accounts: { passwordMinLength: 15 } }
    expect(passwordProblem(strict, 'vault-otter-72', owner)).to.equal('too_short')
    expect(passwordProblem(strict, 'vault-otter-723', owner)).to.equal(undefined)
  })

  it('is quick for the longest input it looks at', () => {
    const before = process.cpuUsage()
    for (const long of ['a'.repeat(1023) + 'b', 'ab'.repeat(511), '1'.repeat(1024), ' '.repeat(1024)])
      isCommonPassword(long)
    // Its own time on the processor, which others' work does not lengthen.
    expect(process.cpuUsage(before).user / 1000).to.be.below(200)
  })
})
