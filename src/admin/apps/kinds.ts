/** The kinds of app that the guide knows: what each is asked for, and what is right for it without a question. */
import { CIBA_GRANT, DEVICE_GRANT } from '../../clients/client-choices.ts'
import type { Shown } from '../sections/section.ts'

export type KindName = 'web' | 'browser' | 'native' | 'machine' | 'mcp' | 'device'

export type Kind = {
  name: KindName
  /** Fields of `createClient`, in order. */
  asks: readonly string[]
  /** Which of them may not be empty. */
  needs: readonly string[]
  /** Everything else is the default of the API. */
  sets: Shown
}

const NAME = 'client_name'
const REDIRECTS = 'redirect_uris'
const SIGN_OUTS = 'post_logout_redirect_uris'
const OWN = 'first_party'
const PEOPLE = ['authorization_code', 'refresh_token']

export const KINDS: readonly Kind[] = [
  {
    name: 'web',
    asks: [NAME, REDIRECTS, SIGN_OUTS, OWN],
    needs: [NAME, REDIRECTS],
    sets: {
      application_type: 'web',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: PEOPLE,
    },
  },
  {
    name: 'browser',
    asks: [NAME, REDIRECTS, SIGN_OUTS, OWN],
    needs: [NAME, REDIRECTS],
    sets: { application_type: 'web', token_endpoint_auth_method: 'none', grant_types: PEOPLE },
  },
  {
    name: 'native',
    asks: [NAME, REDIRECTS, SIGN_OUTS, OWN],
    needs: [NAME, REDIRECTS],
    sets: { application_type: 'native', token_endpoint_auth_method: 'none', grant_types: PEOPLE },
  },
  {
    name: 'machine',
    asks: [NAME, 'allowed_resources', 'scope'],
    needs: [NAME, 'allowed_resources', 'scope'],
    sets: {
      redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
    },
  },
  {
    name: 'mcp',
    asks: [NAME, REDIRECTS, 'allowed_resources'],
    needs: [NAME, REDIRECTS, 'allowed_resources'],
    sets: { profile: 'mcp', token_endpoint_auth_method: 'none', grant_types: PEOPLE },
  },
  {
    name: 'device',
    asks: [NAME, OWN],
    needs: [NAME],
    sets: {
      redirect_uris: [],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: [DEVICE_GRANT, 'refresh_token'],
    },
  },
]

export function findKind(name: string | undefined): Kind | undefined {
  return KINDS.find((kind) => kind.name === name)
}

/** The kind that a registered client has. `undefined` where the guide has none for it. */
export function kindOf(client: Shown): KindName | undefined {
  const grants = (client['grant_types'] ?? []) as string[]
  if (grants.includes(CIBA_GRANT)) return undefined
  if (client['profile'] === 'mcp') return 'mcp'
  if (grants.includes(DEVICE_GRANT)) return 'device'
  if (!grants.includes('authorization_code')) return 'machine'
  if (client['token_endpoint_auth_method'] !== 'none') return 'web'
  return client['application_type'] === 'native' ? 'native' : 'browser'
}
