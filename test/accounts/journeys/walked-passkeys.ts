/** What people do with passkeys in a random walk, and what must follow from it. */
import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { activateWithPasskey } from '../../../src/accounts/journeys/activation.ts'
import type { KeptRegistration } from '../../../src/accounts/journeys/kept-registration.ts'
import { signIn } from '../../../src/accounts/journeys/sign-in.ts'
import type { Made } from '../../../src/accounts/passkeys/registered-passkey.ts'
import { passkeysOf } from '../../../src/accounts/passkeys/passkey.ts'
import { addPasskey, beginPasskey, removePasskey } from '../../../src/passkeys/adding.ts'
import { requestOptions } from '../../../src/passkeys/options.ts'
import {
  beginRegistration,
  checkRegistered,
  proofPlace,
  signedByRegistered,
} from '../../../src/passkeys/registering.ts'
import { confirmWithPasskey, signInWithPasskey } from '../../../src/passkeys/sign-in.ts'
import type { Services } from '../../../src/services.ts'
import { softwareKey } from '../../passkeys/software-key.ts'
import type { SoftwareKey } from '../../passkeys/software-key.ts'
import { ISSUER, rejection } from '../account-world.ts'

export type Browser = {
  secret: string
  password: string
  kept?: KeptRegistration
  ip: string
  /** The passkeys that were made here. */
  keys: SoftwareKey[]
}
export type Letter = { template: string; token: string; code: string }

/** What the model knows. `keys`: the ids of the passkeys that are the account's. */
export type Proven = { mailbox: boolean; disabled: boolean; used: Set<string>; keys: Set<string> }

export type Walk = {
  needs: Services
  email: string
  owner: readonly Browser[]
  stranger: Browser
  proven: Proven
  pick: <T>(of: readonly T[]) => T
  /** What was done so far. */
  so: () => string
  find: () => Promise<Account | undefined>
  read: (template: string) => Promise<Letter | undefined>
  /** A code or link of a mail had its effect. */
  proof: (letter: Letter) => string
}

/** A walk that never arrives anywhere would prove nothing. */
export const REACHED = [
  'code: in',
  'link: in',
  'waiting: in',
  'elsewhere: ok',
  'new password: ok',
  'reset: ok',
  'code: in by passkey',
  'link: in by passkey',
  'elsewhere with the passkey: ok',
  'elsewhere with the passkey: wrong_passkey',
  'passkey: in',
  'passkey: unknown',
  'password: second_factor',
  'add a passkey: added',
  'stranger adds a passkey: refused',
  'stranger’s passkey without the mail: refused',
  'remove a passkey: removed',
  'remove a passkey: last way in',
]

/** What the authenticator of this browser makes on the form of a registration. */
export function makePasskey(needs: Services, who: Browser): () => Promise<Made> {
  const key = softwareKey({ origin: ISSUER })
  const begun = beginRegistration(needs, who.secret)
  if (!begun) throw new Error('no passkeys here')
  who.keys.push(key)
  const answer = {
    response: key.create(begun),
    state: begun.state,
    browser: who.secret,
    browserName: 'A key',
  }
  return () => checkRegistered(needs, answer)
}

/** The account has the passkeys that were proven, and no other. */
export async function checkPasskeys({ needs, proven, so }: Walk, account: Account): Promise<void> {
  const kept = (await passkeysOf(needs.db, account.id)).map(({ credentialId }) => credentialId)
  expect(kept, so()).to.have.members([...proven.keys])
}

/** The first proof of the mailbox may bring the passkey of a registration, if the owner made it. A password never does. */
export async function noteRegistered(
  { needs, owner, proven, so }: Walk,
  account: Account,
  step: string,
): Promise<void> {
  const kept = (await passkeysOf(needs.db, account.id)).map(({ credentialId }) => credentialId)
  const mayBring = ['code', 'link', 'elsewhere with the passkey'].includes(step)
  expect(kept.length, so()).to.be.at.most(mayBring && account.passwordHash === null ? 1 : 0)
  for (const id of kept) {
    expect(
      owner.flatMap(({ keys }) => keys).map((key) => key.id),
      so(),
    ).to.include(id)
    proven.keys.add(id)
  }
}

export function passkeySteps(walk: Walk): Record<string, () => Promise<string>> {
  const { needs, email, owner, stranger, proven, pick, so } = walk
  const mine = () => owner.flatMap(({ keys, ...who }) => keys.map((key) => ({ key, who })))
  const ofAccount = () => mine().find(({ key }) => proven.keys.has(key.id))

  /** The owner tries both of the own passwords. */
  async function givePassword(): Promise<string> {
    const given = owner.map(({ password, ip }) => signIn(needs, { email, password, ip }))
    const all = (await Promise.all(given)).map((done) => (done.ok ? 'ok' : done.reason))
    return all.find((done) => done !== 'wrong') ?? 'wrong'
  }

  async function add(account: Account, who: Browser): Promise<string> {
    const begun = await beginPasskey(needs, account, who.secret)
    if (!begun) throw new Error('no passkeys here')
    const key = softwareKey({ origin: ISSUER })
    const answer = {
      response: key.create(begun),
      state: begun.state,
      browser: who.secret,
      browserName: 'A key',
    }
    const added = await addPasskey(needs, { ...answer, accountId: account.id }, { actor: account.id })
    if (!added.ok) return added.reason
    who.keys.push(key)
    proven.keys.add(key.id)
    return 'added'
  }

  /** As the page asks for it: by a passkey where there is one, else by the password. */
  async function isOwner(account: Account): Promise<boolean> {
    const found = ofAccount()
    if (!found) return (await givePassword()) === 'ok'
    const { key, who } = found
    const place = { purpose: 'confirm', browser: who.secret, subject: account.id } as const
    const response = key.get(requestOptions(needs, place)!)
    return (await confirmWithPasskey(needs, account.id, { response, browser: who.secret, ip: who.ip })).ok
  }

  return {
    async passkey() {
      const who = pick([...owner, stranger])
      if (who.keys.length === 0) return 'nothing'
      const key = pick(who.keys)
      const options = requestOptions(needs, { purpose: 'sign-in', browser: who.secret })!
      const given = { response: key.get(options), browser: who.secret, ip: who.ip }
      const done = await signInWithPasskey(needs, given)
      expect(done.ok, so()).to.equal(proven.keys.has(key.id) && !proven.disabled)
      return done.ok ? 'in' : done.reason
    },
    async password() {
      const done = await givePassword()
      // The password alone is enough for nobody who has a passkey, also after a mailed reset.
      if (done === 'ok') expect([proven.keys.size, proven.disabled], so()).to.eql([0, false])
      return done
    },
    async 'elsewhere with the passkey'() {
      const letter = await walk.read('activation')
      if (!letter || mine().length === 0) return 'nothing'
      const { token, code } = letter
      let reason = 'nothing'
      // As a password manager offers them, the oldest first.
      for (const { key, who } of mine()) {
        const response = key.get(requestOptions(needs, proofPlace(who.secret, token))!)
        const signed = { response, browser: who.secret, token }
        const done = await activateWithPasskey(needs, {
          token,
          code,
          signed: (passkey) => signedByRegistered(needs, { ...signed, passkey }),
        })
        if (done.ok) expect(done.passkey?.credentialId, so()).to.equal(key.id)
        if (done.ok) return walk.proof(letter)
        reason = done.reason
      }
      return reason
    },
    async 'stranger’s passkey without the mail'() {
      const letter = await walk.read('activation')
      const [key] = stranger.keys
      if (!letter || !key) return 'nothing'
      const { token } = letter
      const response = key.get(requestOptions(needs, proofPlace(stranger.secret, token))!)
      const signed = { response, browser: stranger.secret, token }
      const done = await activateWithPasskey(needs, {
        token,
        code: 'AAAA-3333',
        signed: (passkey) => signedByRegistered(needs, { ...signed, passkey }),
      })
      expect(done.ok, so()).to.equal(false)
      return 'refused'
    },
    async 'add a passkey'() {
      const account = await walk.find()
      if (!account || !proven.mailbox || proven.disabled) return 'nothing'
      return (await isOwner(account)) ? add(account, pick(owner)) : 'not the owner'
    },
    /** The password of a registration signs in before the mail is used. It adds no passkey. */
    async 'stranger adds a passkey'() {
      const account = await walk.find()
      if (!account || proven.mailbox) return 'nothing'
      const { password, ip } = stranger
      if (!(await signIn(needs, { email, password, ip })).ok) return 'not in'
      expect(await rejection(add(account, stranger)), so()).to.include({ code: 'email_unverified' })
      return 'refused'
    },
    async 'remove a passkey'() {
      const account = await walk.find()
      const [first] = account ? await passkeysOf(needs.db, account.id) : []
      if (!account || !first || proven.disabled || !(await isOwner(account))) return 'nothing'
      const isOnlyWay = account.passwordHash === null && proven.keys.size === 1
      const removing = removePasskey(needs, { accountId: account.id, id: first.id }, { actor: account.id })
      if (isOnlyWay) {
        expect(await rejection(removing), so()).to.include({ code: 'last_way_in' })
        return 'last way in'
      }
      expect(await removing, so()).to.equal(true)
      proven.keys.delete(first.credentialId)
      return 'removed'
    },
  }
}
