/** Requests to the operations that change one's own address, and that export or delete one's account: good ones, and their own refusals. */
import type { Account } from '../../src/accounts/account.ts'
import { requestDeletion } from '../../src/accounts/life/deletion.ts'
import { grantRole } from '../../src/accounts/roles.ts'
import { requestNewAddress } from '../../src/accounts/journeys/new-address.ts'
import { anyAddress, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { codeIn } from '../support/letter.ts'
import type { Request } from './good-requests.ts'

const [ASK, CONFIRM, DELETE] = ['/account/email', '/account/email/confirm', '/account/delete']
const EXPORT = '/account/export'
const proof = { current_password: PASSWORD }

type Needs = {
  signedIn: () => Promise<{ person: Account; token: string }>
  /** The token of somebody who mistyped the password too often. */
  blocked: () => Promise<string>
  anyEmail: () => string
  /** The token of a program that administers accounts. */
  own: string
}

export function lifeRequests(
  stage: Stage,
  { signedIn, blocked, anyEmail, own }: Needs,
): Record<'good' | 'refused', Record<string, () => Promise<Request>>> {
  const { parts } = stage
  const asking = async (): Promise<Request> => ({
    path: ASK,
    token: (await signedIn()).token,
    body: { ...proof, email: anyEmail() },
  })
  const deleting = async (): Promise<Request> => ({
    path: DELETE,
    token: (await signedIn()).token,
    body: proof,
  })
  const exporting = async (): Promise<Request> => ({
    path: EXPORT,
    token: (await signedIn()).token,
    body: proof,
  })
  async function confirming(email = anyEmail()) {
    const { person, token } = await signedIn()
    await requestNewAddress(parts, { accountId: person.id, email, ip: anyAddress() })
    const code = codeIn(await stage.waitForMail(email, /^Confirm/))
    return { path: CONFIRM, token, body: { code } }
  }
  const onNewEmail = async () => {
    const { id } = await stage.person()
    await requestNewAddress(parts, { accountId: id, email: anyEmail(), ip: anyAddress() })
    return { path: `/accounts/${id}/new-email`, token: own }
  }
  /** Not as the server deletes: the account cache does not know of it. */
  const gone = (make: () => Promise<Request>) => async () => {
    const { person, token } = await signedIn()
    await parts.accountCache.find(person.id)
    await parts.db('accounts').where({ id: person.id }).delete()
    const { current_password: _password, ...body } = (await make()).body ?? {}
    return { ...(await make()), token, body }
  }
  const wrong = async (made: Promise<Request>) => {
    const request = await made
    return { ...request, body: { ...request.body, current_password: 'x' } }
  }
  return {
    good: {
      requestOwnEmail: asking,
      confirmOwnEmail: () => confirming(),
      cancelOwnEmail: async () => ({ path: '/account/email/cancel', token: (await signedIn()).token }),
      deleteOwnAccount: deleting,
      exportOwnData: exporting,
      getAccountNewEmail: onNewEmail,
      cancelAccountNewEmail: onNewEmail,
      setAccountEmail: async () => {
        const { id } = await stage.person()
        return { path: `/accounts/${id}/email`, token: own, body: { email: anyEmail() } }
      },
      planAccountDeletion: async () => ({
        path: `/accounts/${(await stage.person()).id}/plan-deletion`,
        token: own,
      }),
      keepAccount: async () => {
        const { id } = await stage.person()
        await requestDeletion(parts, id, { actor: id })
        return { path: `/accounts/${id}/keep`, token: own }
      },
    },
    refused: {
      'requestOwnEmail 404': gone(asking),
      'requestOwnEmail 409': async () => {
        const { person, token } = await signedIn()
        return { path: ASK, token, body: { ...proof, email: person.email } }
      },
      'requestOwnEmail 422': () => wrong(asking()),
      'requestOwnEmail 429': async () => ({ ...(await asking()), token: await blocked() }),
      'confirmOwnEmail 409': async () => {
        const email = anyEmail()
        const request = await confirming(email)
        const { id } = await stage.person()
        await parts.db('accounts').where({ id }).update({ email, emailCanonical: email })
        return request
      },
      'confirmOwnEmail 422': async () => ({ ...(await confirming()), body: { code: 'wrong' } }),
      'deleteOwnAccount 404': gone(deleting),
      'deleteOwnAccount 409': async () => {
        const { person, token } = await signedIn()
        await parts.db('account_roles').delete()
        await grantRole(parts.db, person.id, 'admin')
        return { path: DELETE, token, body: proof }
      },
      'setAccountEmail 409': async () => {
        const [{ id }, { email }] = [await stage.person(), await stage.person()]
        return { path: `/accounts/${id}/email`, token: own, body: { email } }
      },
      'setAccountEmail 422': async () => {
        const { id } = await stage.person()
        return { path: `/accounts/${id}/email`, token: own, body: { email: 'no address' } }
      },
      'planAccountDeletion 409': async () => {
        const { id } = await stage.person()
        await parts.db('account_roles').delete()
        await grantRole(parts.db, id, 'admin')
        return { path: `/accounts/${id}/plan-deletion`, token: own }
      },
      'exportOwnData 422': () => wrong(exporting()),
      'exportOwnData 429': async () => ({ ...(await exporting()), token: await blocked() }),
      'deleteOwnAccount 422': () => wrong(deleting()),
      'deleteOwnAccount 429': async () => ({ ...(await deleting()), token: await blocked() }),
    },
  }
}
