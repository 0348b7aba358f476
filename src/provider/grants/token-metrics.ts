/** Counts the requests at the token endpoint, by grant type. */
import type { Metrics } from '../../platform/metrics/metrics.ts'
import type { AfterHook } from '../contract/protocol-part.ts'

/** Short names. What else a client sends is `other`. */
const GRANTS: Readonly<Record<string, string>> = {
  authorization_code: 'authorization_code',
  refresh_token: 'refresh_token',
  client_credentials: 'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code': 'device_code',
  'urn:openid:params:grant-type:ciba': 'ciba',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'token_exchange',
}

/** After the tokens were written: what lost a race is refused. */
export function countTokens(metrics: Metrics): AfterHook {
  const count = metrics.counter<'grant' | 'result'>({
    name: 'account_server_token_requests_total',
    help: 'Requests for tokens, by grant and result: `issued`, `refused` or `failed`.',
    labels: ['grant', 'result'],
  })
  return {
    at: ['token'],
    run({ status, oidc }) {
      const asked = oidc.params?.['grant_type']
      const grant = (typeof asked === 'string' && Object.hasOwn(GRANTS, asked) && GRANTS[asked]) || 'other'
      count({ grant, result: status < 400 ? 'issued' : status < 500 ? 'refused' : 'failed' })
    },
  }
}
