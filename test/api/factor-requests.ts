/** Requests to the operations on one's own factors: one that succeeds for each, and others for its own refusals. */
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import type { Account } from '../../src/accounts/account.ts'
import { beginTotp } from '../../src/factors/totp-set-up.ts'
import { passkeysOf } from '../../src/accounts/passkeys/passkey.ts'
import { authenticator } from '../factors/authenticator.ts'
import { enroll } from '../factors/enrolled.ts'
import { addKey, givePasskey } from '../passkeys/on-pages.ts'
import { PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Api } from './caller.ts'
import type { Request } from './good-requests.ts'

const [BEGIN, CONFIRM] = ['/account/factors/totp', '/account/factors/totp/confirm']
const [REMOVE, RENEW] = ['/account/factors/totp/remove', '/account/factors/recovery-codes']
const PASSKEYS = '/account/factors/passkeys'
const [ADD, CHOSEN] = ['/account/password/add', 'seven purple kettles']
/** Those that ask for a proof. They do so before they look for the passkey. */
const OPERATIONS = {
  beginOwnTotp: BEGIN,
  removeOwnTotp: REMOVE,
  renewOwnRecoveryCodes: RENEW,
  removeOwnPasskey: `${PASSKEYS}/any/remove`,
}
const proof = { current_password: PASSWORD }

type Needs = {
  signedIn: (given?: { verified?: boolean }) => Promise<{ person: Account; token: string }>
  /** The token of somebody who mistyped the password too often. */
  blocked: () => Promise<string>
  api: Api
}

export function factorRequests(
  stage: Stage,
  { signedIn, blocked, api }: Needs,
): Record<'good' | 'refused', Record<string, () => Promise<Request>>> {
  const { parts } = stage
  const without = (path: string) => async () => ({ path, token: (await signedIn()).token, body: proof })
  const enrolled = (path: string, body: Record<string, unknown>) => async () => {
    const { person, token } = await signedIn()
    await enroll(parts, person.id)
    return { path, token, body }
  }
  async function withPasskey() {
    const { person, token } = await signedIn()
    await addKey(parts, person.id)
    const [{ id } = { id: '' }] = await passkeysOf(parts.db, person.id)
    return { person, token, path: `${PASSKEYS}/${id}` }
  }
  async function removing(): Promise<Request> {
    const { path, token } = await withPasskey()
    return { path: `${path}/remove`, token, body: proof }
  }
  async function confirming(): Promise<Request> {
    const { person, token } = await signedIn()
    const app = authenticator((await beginTotp(parts, person.id)).uri)
    return { path: CONFIRM, token, body: { code: app.codeAt(parts.clock()) } }
  }
  /** Somebody who signed in with a passkey and has no password. */
  async function withoutPassword(): Promise<{ person: Account; token: string }> {
    const person = await stage.person()
    const key = await addKey(parts, person.id)
    const visitor = stage.visitor()
    await givePasskey(visitor, await visitor.get('/sign-in'), key)
    const token = await api.tokenOf(person, visitor)
    await updateAccount(parts.db, { id: person.id }, { passwordHash: null })
    return { person, token }
  }
  const adding = async (newPassword: string): Promise<Request> => {
    const { token } = await withoutPassword()
    return { path: ADD, token, body: { new_password: newPassword } }
  }
  const wrong = (path: string) => async () => ({
    ...(await without(path)()),
    body: { current_password: 'x' },
  })
  const ofEach = (status: number, make: (path: string) => () => Promise<Request>) =>
    Object.entries(OPERATIONS).map(([id, path]) => [`${id} ${status}`, make(path)] as const)
  return {
    good: {
      getOwnFactors: async () => ({ path: '/account/factors', token: (await signedIn()).token }),
      beginOwnTotp: without(BEGIN),
      confirmOwnTotp: confirming,
      removeOwnTotp: enrolled(REMOVE, proof),
      renewOwnRecoveryCodes: enrolled(RENEW, proof),
      async renameOwnPasskey() {
        const { path, token } = await withPasskey()
        return { path, token, body: { name: 'Key ring' } }
      },
      removeOwnPasskey: removing,
      addOwnPassword: () => adding(CHOSEN),
    },
    refused: {
      ...Object.fromEntries([
        ...ofEach(422, wrong),
        ...ofEach(429, (path) => async () => ({ path, token: await blocked(), body: proof })),
      ]),
      'beginOwnTotp 404': async () => {
        const { person, token } = await signedIn()
        await parts.accountCache.find(person.id)
        // Not as the server does it: the account cache does not know of it.
        await parts.db('accounts').where({ id: person.id }).delete()
        return { path: BEGIN, token, body: {} }
      },
      'beginOwnTotp 409': enrolled(BEGIN, proof),
      'confirmOwnTotp 409': enrolled(CONFIRM, { code: '123456' }),
      'confirmOwnTotp 422': async () => ({ ...(await confirming()), body: { code: 'wrong' } }),
      'removeOwnTotp 404': without(REMOVE),
      'removeOwnTotp 409': async () => {
        const { person, token } = await signedIn()
        await enroll(parts, person.id)
        await updateAccount(parts.db, { id: person.id }, { secondFactorDue: true })
        return { path: REMOVE, token, body: proof }
      },
      'renewOwnRecoveryCodes 404': without(RENEW),
      'removeOwnPasskey 409': async () => {
        const { person, token } = await withoutPassword()
        const [{ id } = { id: '' }] = await passkeysOf(parts.db, person.id)
        return { path: `${PASSKEYS}/${id}/remove`, token, body: {} }
      },
      'addOwnPassword 409': async () => ({
        path: ADD,
        token: (await signedIn()).token,
        body: { new_password: CHOSEN },
      }),
      'addOwnPassword 422': () => adding('short'),
    },
  }
}
