/**
 * Registers the ledger at the account server of this machine, once. Its API is a resource server. Its page is a client,
 * which may also look recipients up. The page of its documentation is a public client. The secrets are kept in a file that
 * only this user reads.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as oidc from 'openid-client'
import { createProvider } from './access/provider.ts'
import { SCOPES } from './http/openapi.ts'
import { readCredentials } from './settings.ts'
import type { Credentials, Settings } from './settings.ts'

/** Runs a command of the account server’s command line and answers its JSON. */
export type RunCommand = (args: string[]) => Promise<unknown>

type Option = [name: string, value: string]
type Registered = { client_id: string; client_secret: string }

const ALL_SCOPES = Object.keys(SCOPES).join(' ')

/** The account server has to run. What it still knows is used again. */
export async function ensureRegistered(
  settings: Settings,
  run: RunCommand,
): Promise<{ credentials: Credentials; changed: boolean }> {
  const { credentialsFile: file } = settings
  const kept = existsSync(file) ? readCredentials(file) : undefined
  // At another address, such as another port, sign-ins and tokens of the registration would be refused.
  const isHere = (kept?.public_url ?? settings.publicUrl) === settings.publicUrl
  const known = kept && isHere && (await isKnown(settings, kept)) ? kept : undefined
  if (known?.docs) return { credentials: known, changed: false }
  const { resource, app } = known ?? (await register(settings, run))
  const credentials = {
    resource,
    app,
    docs: await registerDocs(settings, run),
    public_url: settings.publicUrl,
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(credentials)}\n`, { mode: 0o600 })
  return { credentials, changed: true }
}

async function register(
  { issuer, publicUrl, identifier, tokens }: Settings,
  run: RunCommand,
): Promise<Pick<Credentials, 'resource' | 'app'>> {
  // Deletes the resource of an earlier installation, because its secret is lost.
  await run(['resource', 'delete', identifier]).catch(() => undefined)
  const api = options([
    ['identifier', identifier],
    ['name', 'Ledger'],
    ['scope', ALL_SCOPES],
    ['format', tokens === 'jwt' ? 'jwt' : 'opaque'],
    ...Object.entries(SCOPES).map(([name, words]): Option => ['scope-text', `${name}=${words}`]),
  ])
  const page = options([
    ['name', 'Ledger'],
    ['redirect-uri', `${publicUrl}/callback`],
    ['post-logout-redirect-uri', `${publicUrl}/`],
    ['grant-type', 'authorization_code'],
    ['grant-type', 'client_credentials'],
    ['scope', 'openid profile email accounts:check'],
    ['resource', `${issuer}/api/v1`],
  ])
  const made = await run(['resource', 'create', ...api])
  const app = await run(['client', 'create', '--first-party', ...page])
  return { resource: secretsOf(made), app: secretsOf(app) }
}

/** A person consents to it, as to any foreign app. It gets no refresh token. */
async function registerDocs({ publicUrl, identifier }: Settings, run: RunCommand) {
  const page = options([
    ['name', 'Ledger API documentation'],
    ['redirect-uri', `${publicUrl}/docs`],
    ['grant-type', 'authorization_code'],
    ['scope', ALL_SCOPES],
    ['resource', identifier],
  ])
  const { client_id } = (await run(['client', 'create', '--public', ...page])) as Registered
  return { client_id }
}

/** False for a server that was set up anew since. @throws Refusal 503 when it does not answer */
async function isKnown({ issuer }: Settings, { app }: Credentials): Promise<boolean> {
  const config = await createProvider(issuer, app)()
  const asked = { scope: 'accounts:check', resource: `${issuer}/api/v1` }
  return oidc.clientCredentialsGrant(config, asked).then(
    () => true,
    (error: unknown) => {
      if (error instanceof oidc.ResponseBodyError || error instanceof oidc.WWWAuthenticateChallengeError)
        return false
      throw error
    },
  )
}

function options(given: Option[]): string[] {
  return given.flatMap(([name, value]) => [`--${name}`, value])
}

function secretsOf(answer: unknown): Registered {
  const { client_id, client_secret } = answer as Registered
  return { client_id, client_secret }
}
