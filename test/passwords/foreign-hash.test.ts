import { hash as bcryptHash } from '@node-rs/bcrypt'
import { hash as argon2Hash } from '@node-rs/argon2'
import { expect } from 'chai'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { readForeignHash } from '../../src/passwords/foreign-hash.ts'
import { createHasher } from '../../src/passwords/hashing.ts'
import { verifyPassword } from '../../src/passwords/password-hash.ts'
import { readFirebasePassword, readKeycloakPassword } from '../../src/passwords/vendor-hash.ts'
import { CHEAP, onEachDatabase } from '../accounts/account-world.ts'

const PASSWORD = 'violet kettle 41'

/** Computed by libxcrypt and by Python's hashlib, so that no code of ours checks itself. */
const HASHES: Record<string, string> = {
  'bcrypt $2a$': '$2a$04$abcdefghijklmnopqrstuu3O8sSKAsMh4QNpP6tLFkYgt6uAcchPS',
  'bcrypt $2b$': '$2b$04$abcdefghijklmnopqrstuu3O8sSKAsMh4QNpP6tLFkYgt6uAcchPS',
  'bcrypt $2y$': '$2y$04$abcdefghijklmnopqrstuu3O8sSKAsMh4QNpP6tLFkYgt6uAcchPS',
  'Spring Security’s bcrypt': '{bcrypt}$2a$04$abcdefghijklmnopqrstuu3O8sSKAsMh4QNpP6tLFkYgt6uAcchPS',
  'Django’s bcrypt': 'bcrypt$$2b$04$abcdefghijklmnopqrstuu3O8sSKAsMh4QNpP6tLFkYgt6uAcchPS',
  'Django’s bcrypt_sha256': 'bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuu64rA12SLFVgT9KfhFyfTL2qi6sFH72i',
  'Django’s PBKDF2': 'pbkdf2_sha256$1000$saltysalt$4shQUzG4RDGa/igV97tyonVSpqg+ZWnSRxP9V39OUjQ=',
  'Django’s PBKDF2 with SHA-1': 'pbkdf2_sha1$1000$saltysalt$VDR8JVb86fdY2m5ZPZRt3y4iwVc=',
  'Django’s scrypt':
    'scrypt$1024$saltysalt$8$1$VT8GeGHCKflAsEOp/eJHXI5Oz8Gim02VUW9F7ez23bz9JmBAe8+Pn6qzXkJ49WC2tRj9daKcn66pMTCUuDbd6w==',
  'passlib’s PBKDF2':
    '$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$2.JHuWrXEZW7HqC21byXckHlxOO4eOpSNy8iHFwBVtg',
  'PBKDF2 as a PHC string':
    '$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$2TPHizjQR1qyb92kMqYOtejVbTyYYj00mNzs7CIq72WehY6eXf0zpa/hVHnLDEQccs6gojygi+9noQTYUBp8dA',
  'scrypt as a PHC string':
    '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rNEmEPi+gdQd9URtBSWpIIW64Ts7Y3j5Nea097XH4hU',
  'Werkzeug’s PBKDF2':
    'pbkdf2:sha256:1000$saltysalt$e2c8505331b844319afe2815f7bb72a27552a6a83e6569d24713fd577f4e5234',
  'Werkzeug’s scrypt':
    'scrypt:1024:8:1$saltysalt$553f067861c229f940b043a9fde2475c8e4ecfc1a29b4d95516f45edecf6ddbcfd2660407bcf8f9faab35e4278f560b6b518fd75a29c9faea9313094b836ddeb',
}

const KEYCLOAK_SALT = 'MDEyMzQ1Njc4OWFiY2RlZg=='

describe('Password hashes of other systems', () => {
  async function proves(read: ReturnType<typeof readForeignHash>, password = PASSWORD): Promise<boolean> {
    if (!read.ok) throw new Error(read.why)
    expect(await verifyPassword(read.stored, `${password}x`), 'another password').to.equal(false)
    return verifyPassword(read.stored, password)
  }

  for (const [name, hash] of Object.entries(HASHES))
    it(`verify: ${name} [A15]`, async () => {
      expect(await proves(readForeignHash(hash))).to.equal(true)
    })

  for (const [name, algorithm] of [
    ['Argon2i', 1] as const,
    ['Argon2d', 0] as const,
    ['Argon2id', 2] as const,
  ])
    it(`verify: ${name} with parameters of its own`, async () => {
      const options = { algorithm, memoryCost: 512, timeCost: 3, parallelism: 2, outputLen: 24 }
      expect(await proves(readForeignHash(await argon2Hash(PASSWORD, options)))).to.equal(true)
    })

  it('verify: Keycloak’s PBKDF2, with more than one block of output', async () => {
    const value = '2+JHuWrXEZW7HqC21byXckHlxOO4eOpSNy8iHFwBVtgefRPsotHKXv9XDYoYl+sgRzwFUSvGP9W4p+wo/dUApQ=='
    const given = { algorithm: 'pbkdf2-sha256', iterations: 1000, salt: KEYCLOAK_SALT, value, more: {} }
    expect(await proves(readKeycloakPassword(given))).to.equal(true)
  })

  it('verify: Keycloak’s Argon2', async () => {
    const options = { algorithm: 2, memoryCost: 7168, timeCost: 5, parallelism: 1, salt: Buffer.alloc(16, 7) }
    const [, , , , salt = '', value = ''] = (await argon2Hash(PASSWORD, options)).split('$')
    const more = { type: ['id'], version: ['1.3'], memory: ['7168'], parallelism: ['1'], hashLength: ['32'] }
    const read = readKeycloakPassword({ algorithm: 'argon2', iterations: 5, salt, value, more })
    expect(await proves(read)).to.equal(true)
  })

  it('verify: Firebase’s scrypt, without the key of the project in the row', async () => {
    // The example in the documentation of Firebase's own tool.
    const signerKey =
      'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='
    const hash = 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=='
    const key = { signerKey, saltSeparator: 'Bw==', rounds: 8, memCost: 14 }
    const read = readFirebasePassword(key, '42xEC+ixf3L2lw==', hash)
    expect(await proves(read, 'user1password')).to.equal(true)
    expect(JSON.stringify(read)).to.not.contain(signerKey.slice(0, 20))
  })

  it('verify: the scrypt hash of Django’s own tests', async () => {
    const hash =
      'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw=='
    expect(await proves(readForeignHash(hash), 'lètmein')).to.equal(true)
  })

  it('are computed within their limits: scrypt with a large r', async () => {
    const read = readForeignHash(`$scrypt$ln=1,r=8192,p=1$c2FsdA$${'A'.repeat(43)}`)
    expect(await proves(read)).to.equal(false)
  })

  it('keep the rule of bcrypt that 72 bytes count', async () => {
    const whole = `${'é'.repeat(36)}tail`
    const stored = '$2b$04$abcdefghijklmnopqrstuuKiIlCeXB6chNXkLyAo8C7XcLPzh6zUe'
    expect(await verifyPassword(stored, whole)).to.equal(true)
    expect(await verifyPassword(stored, `${'é'.repeat(36)}another`)).to.equal(true)
    expect(await verifyPassword(stored, 'é'.repeat(35))).to.equal(false)
  })

  const refused: [string, string, string][] = [
    ['bcrypt of cost 15', `$2b$15$${'a'.repeat(53)}`, 'hash_too_costly'],
    ['PBKDF2 of 7,000,000 rounds', `pbkdf2_sha256$7000000$salt$${'A'.repeat(43)}=`, 'hash_too_costly'],
    ['scrypt of 1 GiB', `$scrypt$ln=20,r=8,p=1$c2FsdA$${'A'.repeat(43)}`, 'hash_too_costly'],
    ['scrypt of many lanes', `$scrypt$ln=14,r=8,p=99$c2FsdA$${'A'.repeat(43)}`, 'hash_too_costly'],
    ['Argon2 of 2 GiB', `$argon2id$v=19$m=2097152,t=1,p=1$c2FsdHNhbHQ$${'A'.repeat(43)}`, 'hash_too_costly'],
    ['bcrypt of the faulty writer', `$2x$10$${'a'.repeat(53)}`, 'hash_unknown'],
    ['a digest of one byte', '$pbkdf2-sha256$i=1000$c2FsdA$AA', 'hash_unknown'],
    ['Argon2 with a digest of one byte', '$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AA', 'hash_unknown'],
    [
      'Argon2 with a salt of four bytes',
      `$argon2id$v=19$m=64,t=1,p=1$c2FsdA$${'A'.repeat(43)}`,
      'hash_unknown',
    ],
    [
      'Argon2 with less than 8 KiB for each lane',
      `$argon2id$v=19$m=8,t=1,p=2$c2FsdHNhbHQ$${'A'.repeat(43)}`,
      'hash_unknown',
    ],
    [
      'scrypt with an N that is too large for its r',
      `$scrypt$ln=16,r=1,p=1$c2FsdA$${'A'.repeat(43)}`,
      'hash_unknown',
    ],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99', 'hash_unknown'],
    ['plain text', 'correct horse', 'hash_unknown'],
    ['scrypt with an N that is no power of two', `scrypt:1000:8:1$salt$${'0'.repeat(64)}`, 'hash_unknown'],
  ]
  for (const [name, hash, code] of refused)
    it(`are refused and never computed: ${name}`, async () => {
      const read = readForeignHash(hash)
      expect(read).to.include({ ok: false, code })
      expect(JSON.stringify(read)).to.not.contain('correct horse')
      const before = performance.now()
      expect(await verifyPassword(hash, PASSWORD)).to.equal(false)
      expect(performance.now() - before).to.be.below(200)
    })

  it('wait for their turn with all others', async () => {
    const hasher = createHasher({ ...CHEAP, maxRunning: 1, maxWaiting: 0 })
    const stored = await bcryptHash(PASSWORD, 8)
    const results = await Promise.allSettled([1, 2, 3].map(() => hasher.verify(stored, PASSWORD)))
    expect(results.map(({ status }) => status)).to.eql(['fulfilled', 'rejected', 'rejected'])
  })
})

onEachDatabase('A password hash of another system', (world) => {
  const attempt = (password: string) =>
    signIn(world().needs, { email: 'ada@example.com', password, ip: '192.0.2.7' })

  async function storedAfter(hash: string, password: string): Promise<string> {
    const { db } = world().needs
    const { id } = await world().add({ email: 'ada@example.com' })
    await db('accounts').where({ id }).update({ passwordHash: hash })
    expect(await attempt(`not ${password}`)).to.include({ ok: false, reason: 'wrong' })
    expect(await db('accounts').where({ id }).first('passwordHash')).to.eql({ passwordHash: hash })
    expect(await attempt(password)).to.include({ ok: true })
    const row: { passwordHash: string } = await db('accounts').where({ id }).first('passwordHash')
    expect(await attempt(password), 'the second time').to.include({ ok: true })
    return row.passwordHash
  }

  it('becomes Argon2id at the next sign-in [A15]', async () => {
    const stored = await storedAfter(HASHES['bcrypt $2b$']!, PASSWORD)
    expect(stored).to.match(/^\$argon2id\$v=19\$m=256,t=1,p=1\$/)
  })

  it('stays while it proves only the beginning of a longer password', async () => {
    const bcrypt = '$2b$04$abcdefghijklmnopqrstuuKiIlCeXB6chNXkLyAo8C7XcLPzh6zUe'
    expect(await storedAfter(bcrypt, `${'é'.repeat(36)}a wrong tail`)).to.equal(bcrypt)
    expect(await attempt(`${'é'.repeat(36)}tail`)).to.include({ ok: true })
  })
})
