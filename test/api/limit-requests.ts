/** Requests about limits, on counts that were begun for them. */
import { takeNetworkRequest } from '../../src/attempts/account-limits.ts'
import { takeCodeAttempt } from '../../src/attempts/code-attempts.ts'
import { networkOf } from '../../src/attempts/network.ts'
import { anyAddress } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Request } from './good-requests.ts'

type Make = () => Promise<Request>

export function limitRequests(
  { parts, person }: Stage,
  token: string,
): Record<'good' | 'refused', Record<string, Make>> {
  const at = (path: string) => () => Promise.resolve({ path, token })
  const onNetwork =
    (verb = ''): Make =>
    async () => {
      const ip = anyAddress()
      await takeNetworkRequest(parts, 'registration', ip, parts.clock())
      return { path: `/limits/${encodeURIComponent(`registrations:${networkOf(ip)}`)}${verb}`, token }
    }
  const nowhere = encodeURIComponent('registrations:198.18.0.0/24')
  const ofAccount = async () => {
    const { id } = await person()
    await takeCodeAttempt(parts, id, parts.clock())
    return { path: `/accounts/${id}/limits/second_factor_codes:${id}/clear`, token }
  }
  return {
    good: {
      listLimits: at('/limits?network=203.0.113.7'),
      listLimitRules: at('/limit-rules'),
      getLimit: onNetwork(),
      clearLimit: onNetwork('/clear'),
      listAccountLimits: async () => ({ path: `/accounts/${(await person()).id}/limits`, token }),
      clearAccountLimit: ofAccount,
    },
    refused: {
      'listLimits 400': at('/limits?network=10.0.0.0%2F8'),
      'listLimits 404': at('/limits?account_id=nobody'),
      'getLimit 404': at(`/limits/${nowhere}`),
      'clearLimit 404': at(`/limits/${nowhere}/clear`),
      'clearAccountLimit 404': async () => {
        const { path } = await ofAccount()
        return { path: path.replace(/limits\/.*/, `limits/${nowhere}/clear`), token }
      },
    },
  }
}
