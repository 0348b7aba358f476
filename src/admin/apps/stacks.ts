/**
 * The settings that each stack of docs/integrations is given, to paste. A test compares them with the guides, line by line.
 * In braces: `issuer`, `client_id`, `client_secret`, `app` (the origin of the app), and `random`, a secret of the app's own.
 */
import { randomToken } from '../../platform/tokens.ts'
import type { Shown } from '../sections/section.ts'
import type { KindName } from './kinds.ts'

export type Stack = {
  name: string
  /** The file of its guide in docs/integrations. Absent: any stack. */
  guide?: string
  kinds: readonly KindName[]
  /** Where its redirect address ends. */
  callback?: string
  text: string
}

export type Filling = Record<'issuer' | 'client_id' | 'client_secret' | 'app' | 'random', string>

const COMMON = 'ISSUER={issuer}\nCLIENT_ID={client_id}\nCLIENT_SECRET={client_secret}\n'
const WITH_APP = `${COMMON}APP_URL={app}\nPORT=3000\n`
const WEB = ['web'] as const

export const STACKS: readonly Stack[] = [
  { name: 'Any OpenID Connect library', kinds: ['web', 'machine'], text: COMMON },
  {
    name: 'Any OpenID Connect library',
    kinds: ['browser', 'native', 'mcp', 'device'],
    text: 'ISSUER={issuer}\nCLIENT_ID={client_id}\n',
  },
  {
    name: 'Express, express-openid-connect',
    guide: 'express-openid-connect.md',
    kinds: WEB,
    callback: '/callback',
    text: `${WITH_APP}SESSION_SECRET={random}\n`,
  },
  {
    name: 'Express, passport',
    guide: 'passport.md',
    kinds: WEB,
    callback: '/cb',
    text: `${WITH_APP}SESSION_SECRET={random}\n`,
  },
  {
    name: 'Express, Auth.js',
    guide: 'auth-js.md',
    kinds: WEB,
    callback: '/auth/callback/accounts',
    text: 'ISSUER={issuer}\nAUTH_ACCOUNTS_ID={client_id}\nAUTH_ACCOUNTS_SECRET={client_secret}\nAUTH_SECRET={random}\nPORT=3000\n',
  },
  {
    name: 'Next.js, NextAuth.js',
    guide: 'nextjs.md',
    kinds: WEB,
    callback: '/api/auth/callback/accounts',
    text: `${COMMON}NEXTAUTH_URL={app}\nNEXTAUTH_SECRET={random}\n`,
  },
  {
    name: 'Django, mozilla-django-oidc',
    guide: 'django.md',
    kinds: WEB,
    callback: '/oidc/callback/',
    text: `${WITH_APP}DJANGO_SECRET={random}\nDATABASE=db.sqlite3\n`,
  },
  {
    name: 'Flask, Authlib',
    guide: 'flask.md',
    kinds: WEB,
    callback: '/auth',
    text: `${WITH_APP}FLASK_SECRET={random}\n`,
  },
  { name: 'Go, go-oidc', guide: 'go.md', kinds: WEB, callback: '/callback', text: WITH_APP },
  {
    name: 'Spring Boot',
    guide: 'spring-boot.md',
    kinds: WEB,
    callback: '/login/oauth2/code/accounts',
    text: `${COMMON}PORT=8080\n`,
  },
  {
    name: 'oauth2-proxy',
    guide: 'oauth2-proxy.md',
    kinds: WEB,
    callback: '/oauth2/callback',
    text: 'OAUTH2_PROXY_CLIENT_ID={client_id}\nOAUTH2_PROXY_CLIENT_SECRET={client_secret}\nOAUTH2_PROXY_COOKIE_SECRET={random}\n\nprovider = "oidc"\nprovider_display_name = "Accounts"\noidc_issuer_url = "{issuer}"\nredirect_url = "{app}/oauth2/callback"\ncode_challenge_method = "S256"\nemail_domains = ["*"]\n',
  },
  {
    name: 'Grafana',
    guide: 'grafana.md',
    kinds: WEB,
    callback: '/login/generic_oauth',
    text: '[auth.generic_oauth]\nenabled = true\nname = Accounts\nclient_id = {client_id}\nclient_secret = {client_secret}\nscopes = openid email profile groups offline_access\nauth_url = {issuer}/oauth/authorize\ntoken_url = {issuer}/oauth/token\napi_url = {issuer}/oauth/userinfo\nuse_pkce = true\nuse_refresh_token = true\n',
  },
  {
    name: 'GitLab',
    guide: 'gitlab.md',
    kinds: WEB,
    callback: '/users/auth/openid_connect/callback',
    text: '      issuer: "{issuer}",\n      discovery: true,\n      client_options: {\n        identifier: "{client_id}",\n        secret: "{client_secret}",\n        redirect_uri: "{app}/users/auth/openid_connect/callback"\n      }\n',
  },
  {
    name: 'Nextcloud',
    guide: 'nextcloud.md',
    kinds: WEB,
    callback: '/apps/user_oidc/code',
    text: 'occ user_oidc:provider accounts \\\n  --clientid="{client_id}" \\\n  --clientsecret="{client_secret}" \\\n  --discoveryuri="{issuer}/.well-known/openid-configuration" \\\n  --scope="openid email profile" \\\n  --mapping-uid="sub" \\\n  --mapping-display-name="name" \\\n  --mapping-email="email"\n',
  },
  {
    name: 'oidc-client-ts',
    guide: 'browser.md',
    kinds: ['browser'],
    callback: '/',
    text: '{"issuer":"{issuer}","clientId":"{client_id}"}\n',
  },
  {
    name: 'Kubernetes, kubelogin',
    guide: 'kubernetes.md',
    kinds: ['native'],
    callback: '',
    text: '--oidc-issuer-url={issuer}\n--oidc-client-id={client_id}\n--oidc-username-claim=email\n--oidc-groups-claim=groups\n',
  },
]

export function fill(text: string, values: Filling): string {
  return text.replaceAll(
    /\{(issuer|client_id|client_secret|app|random)\}/g,
    (_, name: keyof Filling) => values[name],
  )
}

/** What to paste for each stack of a kind, for this client. `secret`: absent after it was shown. */
export function filledStacks(
  kind: KindName,
  { issuer, client, secret }: { issuer: string; client: Shown; secret: string | undefined },
) {
  const registered = (client['redirect_uris'] ?? []) as string[]
  const app = originOf(registered[0])
  const values = { issuer, client_id: String(client['client_id']), client_secret: secret ?? '…', app }
  return STACKS.filter(({ kinds }) => kinds.includes(kind)).map(({ name, guide, callback, text }) => {
    const redirect = callback === undefined ? undefined : `${app}${callback}`
    return {
      name,
      guide: guide && `docs/integrations/${guide}`,
      text: fill(text, { ...values, random: randomToken() }),
      redirect: redirect !== undefined && !registered.includes(redirect) ? redirect : undefined,
    }
  })
}

/** Of an app with a scheme of its own there is no origin. */
function originOf(address: string | undefined): string {
  const url = URL.parse(address ?? '')
  return url && url.origin !== 'null' ? url.origin : 'https://app.example.org'
}
