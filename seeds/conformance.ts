/**
 * What the plans of the OpenID Foundation's conformance suite need: clients, an account, the settings to run with, and
 * for each plan the configuration to paste into the suite. A second run changes nothing and prints the same, but for the
 * initial access token of the plan for dynamic registration: that is a new one each time, and the one before ends.
 */
import { findAccountByEmail } from '../src/accounts/account.ts'
import { addAccount } from '../src/accounts/operator/operator-account.ts'
import { findClientWithSecret, insertClient, removeClient } from '../src/clients/clients.ts'
import { REACHABLE_LEVELS } from '../src/accounts/levels.ts'
import { parseClientMetadata } from '../src/clients/client-rules.ts'
import { createResource, findResource } from '../src/resources/resources.ts'
import type { Services } from '../src/services.ts'
import { DAY_MS } from '../src/platform/clock.ts'
import { digest, keyedDigest } from '../src/platform/tokens.ts'
import { browserOverrides, browserTasks } from './conformance-browser.ts'
import { CIBA, OLDER_AUDIENCE, RESOURCE_SCOPE, SCOPE, runsOf } from './conformance-clients.ts'
import type { Run, SeededInput } from './conformance-clients.ts'
import type { ConformanceFile, PlanName } from './conformance-file.ts'

/** Makes an initial access token in place of those of its name; answers it. */
export type ReplaceToken = (
  services: Pick<Services, 'db' | 'clock'>,
  wanted: { name: string; policy: Record<string, unknown>; expiresAtMs: number },
) => Promise<string>

/** `replaceToken` is absent where clients cannot register themselves. */
type Needs = Services & { replaceToken?: ReplaceToken | undefined }
type Account = { email: string; password: string; name: string }

export type SeededPlan = {
  plan: string
  variant: Record<string, string>
  configuration: Record<string, unknown>
}

export type SeededConformance = {
  changed: boolean
  account: Account
  plans: SeededPlan[]
}

const TOKEN_LIFE_MS = 30 * DAY_MS

/** @throws AppError 400 `invalid_client_metadata` or `invalid_redirect_uri` when a key or address does not fit its plan */
export async function seedConformance(needs: Needs, file: ConformanceFile): Promise<SeededConformance> {
  const { account, added } = await placeAccount(needs, file)
  const runs = runsOf(file)
  const made: boolean[] = [added]
  if (file.resource_url) made.push(await placeResource(needs, `${file.resource_url}/`))
  for (const input of inputsOf(runs)) made.push(await placeClient(needs, input))
  const tokens = await tokensFor(needs, file.plans)
  return {
    changed: made.includes(true),
    account,
    plans: runs.map((run) => ({
      plan: run.plan,
      variant: run.variant,
      configuration: configurationOf({ needs, file, run, account, tokens }),
    })),
  }
}

/** Initial access tokens of the plans with clients that register themselves. */
async function tokensFor(needs: Needs, planned: readonly PlanName[]) {
  const tokens = new Map<PlanName, string>()
  const expiresAtMs = needs.clock() + TOKEN_LIFE_MS
  for (const { name, plans, policy } of REGISTERING) {
    if (!plans.some((plan) => planned.includes(plan))) continue
    const token = await needs.replaceToken?.(needs, { name: `conformance ${name}`, policy, expiresAtMs })
    if (token) tokens.set(name, token)
  }
  return tokens
}

async function placeAccount(needs: Needs, { account: given }: ConformanceFile) {
  const account = {
    email: given.email ?? 'conformance@example.org',
    password: given.password ?? secretOf(needs, 'account password'),
    name: given.name ?? 'Conformance Suite',
  }
  const existing = await findAccountByEmail(needs.db, account.email)
  // Every claim that scopes open here has a value: the suite warns of those that have none.
  const profile = {
    givenName: 'Conformance',
    familyName: 'Suite',
    username: 'conformance-suite',
    locale: 'en',
    zoneinfo: 'Europe/Berlin',
    verified: true,
  } as const
  if (!existing) await addAccount(needs, { ...account, ...profile, actor: 'cli' })
  return { account, added: !existing }
}

function inputsOf(runs: Run[]): SeededInput[] {
  const all = runs.flatMap(({ clients }) => Object.values(clients))
  return [...new Map(all.map((input) => [input.clientId, input])).values()]
}

/** Puts the client there as it should be; one that differs is replaced. Answers whether anything changed. */
async function placeClient(needs: Needs, { clientId, metadata }: SeededInput): Promise<boolean> {
  const secret = secretOf(needs, clientId)
  const found = await findClientWithSecret(needs.db, clientId)
  const wanted = JSON.stringify(sorted(parseClientMetadata(metadata)))
  const same =
    found !== undefined &&
    JSON.stringify(sorted(found.client.metadata)) === wanted &&
    (found.secret.secretHash === null || found.secret.secretHash === digest(secret))
  if (same) return false
  await needs.db.transaction(async (trx) => {
    await removeClient(trx, clientId)
    await insertClient(trx, metadata, needs, { clientId, secret })
  })
  return true
}

/** The resource server of examples/bound-resource. Its tokens are JWTs: it asks for keys and status lists alone. */
async function placeResource(needs: Needs, identifier: string): Promise<boolean> {
  if (await findResource(needs.db, identifier)) return false
  const input = { identifier, name: 'Suite: resource', scope: RESOURCE_SCOPE, format: 'jwt' as const }
  await createResource(needs.db, input, needs)
  return true
}

function sorted(metadata: object): unknown[] {
  return Object.entries(metadata)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => one.localeCompare(other))
}

/** Secrets are derived from the installation's key: the same on each run, and nowhere to be read but from this command. */
function secretOf({ config: { keys } }: Needs, what: string): string {
  return keyedDigest(keys.index, `conformance suite: ${what}`)
}

type Registering = { name: PlanName; plans: readonly PlanName[]; policy: Record<string, unknown> }

/** Plans with clients that can register themselves, by one token for those that are alike, and the rules for them. */
const REGISTERING: readonly Registering[] = [
  {
    name: 'dynamic',
    plans: [
      'basic',
      'dynamic',
      'form-post',
      'rp-initiated-logout',
      'back-channel-logout',
      'front-channel-logout',
      'third-party-login',
    ],
    // A module wants RS256 where nothing is named, as OpenID Connect Dynamic Registration §2 has it.
    policy: {
      require_pkce: false,
      scope_claims_in_id_token: false,
      id_token_signed_response_alg: 'RS256',
      ...OLDER_AUDIENCE,
    },
  },
  {
    name: 'fapi-ciba',
    plans: ['fapi-ciba'],
    policy: { grant_types: [CIBA, 'refresh_token'], profiles: ['fapi2-security'], ...OLDER_AUDIENCE },
  },
]

type ConfigurationNeeds = {
  needs: Needs
  file: ConformanceFile
  run: Run
  account: Account
  tokens: ReadonlyMap<PlanName, string>
}

/** As the suite's JSON tab takes it; only the private keys are missing. */
function configurationOf({ needs, file, run, account, tokens }: ConfigurationNeeds) {
  const { issuer, binding } = needs.config
  const { plan, variant, clients } = run
  const ciba = plan.startsWith('fapi-ciba')
  const certified = variant['sender_constrain'] === 'mtls' || ciba
  const sections = Object.entries(clients).map(([section, { clientId, metadata }]) => [
    section,
    {
      client_id: clientId,
      scope: metadata.scope,
      ...(metadata.token_endpoint_auth_method?.startsWith('client_secret') && {
        client_secret: secretOf(needs, clientId),
      }),
    },
  ])
  const token = sections.length === 0 && tokens.get(ciba ? 'fapi-ciba' : 'dynamic')
  const configuration = {
    alias: file.alias,
    description: plan,
    server: { discoveryUrl: `${issuer}/.well-known/openid-configuration` },
    ...Object.fromEntries(sections),
    ...(token &&
      !plan.startsWith('oidcc-config') && {
        client: { client_name: 'Suite', initial_access_token: token },
        // The suite makes the name of a certificate from it, where a comma begins another part.
        client2: { client_name: 'Suite second', initial_access_token: token },
      }),
    // A token that is bound to a certificate is shown where one is asked for.
    resource: { resourceUrl: `${certified ? (binding.mtls?.origin ?? issuer) : issuer}/oauth/userinfo` },
    browser: browserTasks(issuer, file.alias, account),
    override: overridesOf(plan, browserOverrides(issuer, file.alias, account)),
  }
  if (plan.startsWith('fapi2-')) return withScopes(needs, file, variant, configuration)
  return ciba ? withPerson(needs, file, account, configuration) : configuration
}

/** Those of the plan's own modules, which have its name at the start of theirs. */
function overridesOf(plan: string, all: Record<string, object>) {
  const [family = ''] = plan.split('-')
  return Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith(family)))
}

/** Without OpenID Connect there is neither its metadata nor userinfo. */
function withScopes(
  { config: { issuer } }: Needs,
  file: ConformanceFile,
  { openid }: Run['variant'],
  configuration: Configuration,
) {
  const plain = openid === 'plain_oauth'
  const scope = plain ? `${RESOURCE_SCOPE} offline_access` : SCOPE
  return {
    ...configuration,
    client: { ...configuration.client, scope },
    client2: { ...configuration.client2, scope },
    ...(plain && {
      server: { discoveryUrl: `${issuer}/.well-known/oauth-authorization-server` },
      resource: { resourceUrl: `${file.resource_url}/` },
    }),
  }
}

/** What the plans of CIBA ask for beside the rest: the person to ask, the level, and who answers in their place. */
function withPerson(needs: Needs, file: ConformanceFile, account: Account, configuration: Configuration) {
  const { client, client2 } = configuration
  const asked = { scope: SCOPE, hint_type: 'login_hint', hint_value: account.email }
  return {
    ...configuration,
    client: { ...client, ...asked },
    client2: { ...client2, ...asked, acr_value: REACHABLE_LEVELS[0] },
    ...(file.approval_url && {
      automated_ciba_approval_url: `${file.approval_url}/${secretOf(needs, 'approval')}/{action}/{auth_req_id}`,
    }),
  }
}

type Configuration = Record<string, unknown> & { client?: object; client2?: object }
