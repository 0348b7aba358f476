/** Requests to the operations on pictures: good ones, and their own refusals. */
import type { Account } from '../../src/accounts/account.ts'
import { takePicture } from '../../src/attempts/account-limits.ts'
import { giveLogo, givePicture, png } from '../pictures/samples.ts'
import { register } from '../provider/relying-party.ts'
import type { Stage } from '../provider/stage.ts'
import type { Request } from './good-requests.ts'

/** Sent as it is, in place of a body in JSON. */
export type SentFile = { type: string; bytes: Buffer }

const PATH = '/account/picture'
/** Of an account within an hour. */
const MOST_UPLOADS = 20

type Needs = {
  signedIn: () => Promise<{ person: Account; token: string }>
  /** The token of a program that administers accounts. */
  own: string
}

export function pictureRequests(
  stage: Stage,
  { signedIn, own }: Needs,
): Record<'good' | 'refused', Record<string, () => Promise<Request>>> {
  const { parts } = stage
  const file = async () => ({ type: 'image/png', bytes: await png({ width: 8, height: 8 }) })
  const setting = async (): Promise<Request> => {
    const { token } = await signedIn()
    return { path: PATH, token, file: await file() }
  }
  const onLogo = async () => {
    const { clientId } = await register(stage)
    return { clientId, path: `/clients/${clientId}/logo`, token: own }
  }
  const onPicture = async () => {
    const { id } = await stage.person()
    await givePicture(stage, id)
    return { path: `/accounts/${id}/picture`, token: own }
  }
  return {
    good: {
      getAccountPicture: onPicture,
      removeAccountPicture: onPicture,
      setOwnPicture: setting,
      setClientLogo: async () => ({ ...(await onLogo()), file: await file() }),
      removeClientLogo: async () => {
        const request = await onLogo()
        await giveLogo(stage, request.clientId)
        return request
      },
      removeOwnPicture: async () => {
        const { person, token } = await signedIn()
        await givePicture(stage, person.id)
        return { path: PATH, token }
      },
    },
    refused: {
      'setOwnPicture 404': async () => {
        const { person, token } = await signedIn()
        await parts.accountCache.find(person.id)
        // Not as the server deletes: the account cache does not know of it.
        await parts.db('accounts').where({ id: person.id }).delete()
        return { path: PATH, token, file: await file() }
      },
      'setOwnPicture 422': async () => ({
        ...(await setting()),
        file: { type: 'image/png', bytes: Buffer.from('no picture') },
      }),
      'setClientLogo 422': async () => ({
        ...(await onLogo()),
        file: { type: 'image/png', bytes: Buffer.from('no picture') },
      }),
      'setOwnPicture 429': async () => {
        const { person, token } = await signedIn()
        for (let n = 0; n < MOST_UPLOADS; n += 1) await takePicture(parts, person.id, parts.clock())
        return { path: PATH, token, file: await file() }
      },
      'removeOwnPicture 404': async () => ({ path: PATH, token: (await signedIn()).token }),
    },
  }
}
