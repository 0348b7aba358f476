/** What to give an app so that it finds this server: the values, and the settings of each stack to paste. */
import { LIBRARY_PATHS } from '../../provider/endpoints/addresses.ts'
import type { Desk } from '../desk.ts'
import { thingHref } from '../hrefs.ts'
import { assertMay, titleOf } from '../reading-pages.ts'
import { clients } from '../sections/clients.ts'
import type { Shown } from '../sections/section.ts'
import { factsOf } from '../shown.ts'
import { kindOf } from './kinds.ts'
import { filledStacks } from './stacks.ts'

const DISCOVERY = '/.well-known/openid-configuration'

export async function showSettings(desk: Desk, params: Readonly<Record<string, string>>): Promise<void> {
  assertMay(desk, 'getClient')
  const { api, ctx, services, show } = desk
  const { issuer } = services.config
  const { body: client } = await api({ id: 'getClient', params: { client_id: params['key'] ?? '' } })
  const { notice, values } = services.nextPage.take(ctx, desk)
  const kind = kindOf(client)
  const secret = values?.['client_secret']
  show(
    'settings',
    {
      title: titleOf(client, ['client_name']),
      backHref: thingHref(clients.name, String(client['client_id'])),
      facts: factsOf({ ...client, issuer, ...addressesOf(issuer, client) }, FIELDS),
      stacks: kind ? filledStacks(kind, { issuer, client, secret }) : [],
      hasSecret: String(client['token_endpoint_auth_method']).startsWith('client_secret'),
      startHref: startOf(issuer, client),
      notice,
      secrets: secret === undefined ? [] : [{ name: 'client_secret', text: secret }],
    },
    clients.name,
  )
}

const FIELDS = [
  'issuer',
  'discovery',
  'client_id',
  'token_endpoint_auth_method',
  'scope',
  'redirect_uris',
  'post_logout_redirect_uris',
  'token_endpoint',
  'device_endpoint',
]

/** Where the app begins a sign-in by itself (OpenID Connect Core §4). Decision 0056. */
function startOf(issuer: string, { initiate_login_uri: address }: Shown): string | undefined {
  const url = typeof address === 'string' ? URL.parse(address) : null
  url?.searchParams.set('iss', issuer)
  return url?.href
}

/** Libraries find the others by discovery. */
function addressesOf(issuer: string, { grant_types: grants }: Shown): Shown {
  const token = { token_endpoint: issuer + LIBRARY_PATHS.token }
  const device = { ...token, device_endpoint: issuer + LIBRARY_PATHS.device_authorization }
  const kinds = Array.isArray(grants) ? grants.join(' ') : ''
  return {
    discovery: issuer + DISCOVERY,
    ...(kinds.includes('client_credentials') && token),
    ...(kinds.includes('device_code') && device),
  }
}
