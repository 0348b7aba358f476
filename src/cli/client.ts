/** `client`: the apps that sign people in or call resource servers. */
import { createClientCheck } from '../process/client-check.ts'
import { AppError } from '../platform/errors.ts'
import { CLIENT_AUTH_METHODS, GRANT_TYPES, PROFILES } from '../clients/client-choices.ts'
import type { ClientInput } from '../clients/client-metadata.ts'
import {
  createClient,
  deleteClient,
  disableClient,
  enableClient,
  findClient,
  listClients,
  rotateClientSecret,
  toRegisteredMetadata,
  updateClient,
} from '../clients/clients.ts'
import type { Client } from '../clients/client-rows.ts'
import { withIdTokenAlg } from '../clients/profiles.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { listResources } from '../resources/resources.ts'
import { SIGNING_ALGS } from '../platform/algorithms.ts'
import { createAccountNeeds } from '../interaction/account-needs.ts'
import type { Parts } from '../process/parts.ts'
import { HOUR_MS } from '../platform/clock.ts'
import { exchangeCommands, exchangeRulesOf } from './client-exchange.ts'
import type { Answer, Noun, OptionSpec } from './command.ts'
import type { Input } from './input.ts'
import { readJsonFile } from './json-file.ts'
import { isoTime, record, table } from './layout.ts'
import { usageError } from './usage-error.ts'

const noun = 'client'
const opens = 'schema'
const operand = { name: 'CLIENT_ID', about: 'The client_id of the client.' }

const createOptions: Record<string, OptionSpec> = {
  name: { value: 'N', about: 'Name as people see it when they are asked for consent.', required: true },
  'redirect-uri': { value: 'U', about: 'Where codes are sent, compared as an exact string.', many: true },
  'post-logout-redirect-uri': {
    value: 'U',
    about: 'Where people may return to after signing out.',
    many: true,
  },
  scope: { value: '"S…"', about: 'Scopes it may ask for (openid profile email offline_access).' },
  public: { about: 'It cannot keep a secret: an app on a device or in a browser. PKCE protects it.' },
  'grant-type': { value: 'G', about: `${GRANT_TYPES.join(', ')} (the first two).`, many: true },
  'auth-method': { value: 'M', about: `${CLIENT_AUTH_METHODS.join(', ')} (the first).` },
  resource: { value: 'U', about: 'A resource server whose tokens it may ask for.', many: true },
  'first-party': { about: 'It belongs to this organisation: nobody is asked for consent.' },
  profile: { value: 'P', about: `${PROFILES.join(', ')} (the first): what it must keep to.` },
  'id-token-alg': {
    value: 'ALG',
    about: `${SIGNING_ALGS.join(', ')} (what ID_TOKEN_ALGORITHM says): signs its ID and logout tokens.`,
  },
  metadata: { value: 'FILE', about: 'Further metadata by its registered names (RFC 7591), a JSON file.' },
  jwks: { value: 'FILE', about: 'Its public keys, a JSON file {"keys": […]}, for private_key_jwt.' },
  'jwks-uri': { value: 'U', about: 'Where it publishes its public keys.' },
}

export const client: Noun = {
  name: noun,
  about: 'Apps that sign people in or call resource servers',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about: 'Registers a client and answers its metadata (RFC 7591); the client_secret is shown only then.',
      options: createOptions,
      examples: [
        'client create --name "My app" --redirect-uri https://app.example.com/callback',
        'client create --name "My phone app" --public --redirect-uri com.example.app:/callback',
        'client create --name "Bank app" --profile fapi2-security --jwks keys.json --redirect-uri https://bank.example.com/callback',
        'client create --name "TV app" --public --grant-type urn:ietf:params:oauth:grant-type:device_code',
        'client create --name "Nightly job" --grant-type client_credentials --resource https://api.example.com/ --scope "ledger:read"',
      ],
      run: create,
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows a client; never its secret.',
      examples: ['client show demo-app --json'],
      run: showWithRules,
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists clients, newest first.',
      options: {
        limit: { value: 'COUNT', about: 'At most this many, 1 to 1000 (100).' },
        offset: { value: 'COUNT', about: 'Leave out this many of the newest.' },
      },
      examples: ['client list', 'client list --json'],
      run: list,
    },
    {
      noun,
      verb: 'disable',
      opens,
      operand,
      about: 'Makes a client unknown to every endpoint until it is enabled.',
      examples: ['client disable demo-app'],
      run: (input, parts) => setState(input, parts, disableClient),
    },
    {
      noun,
      verb: 'enable',
      opens,
      operand,
      about: 'Ends that a client is disabled.',
      examples: ['client enable demo-app'],
      run: (input, parts) => setState(input, parts, enableClient),
    },
    {
      noun,
      verb: 'delete',
      opens,
      operand,
      about: 'Deletes a client; what it was granted is void. This cannot be undone.',
      examples: ['client delete demo-app'],
      run: remove,
    },
    {
      noun,
      verb: 'update',
      opens,
      operand,
      about: 'Changes metadata of a client; what the file does not name stays.',
      options: {
        metadata: { value: 'FILE', about: 'Metadata by its registered names, a JSON file.', required: true },
      },
      examples: ['client update demo-app --metadata changes.json'],
      run: update,
    },
    {
      noun,
      verb: 'rotate-secret',
      opens,
      operand,
      about:
        'Replaces the secret of a client or resource server; the old one stops working at once, or later.',
      options: {
        'overlap-hours': {
          value: 'HOURS',
          about: 'The old secret works beside the new one for so long (0).',
        },
      },
      examples: ['client rotate-secret demo-app --json', 'client rotate-secret demo-app --overlap-hours 48'],
      run: rotateSecret,
    },
    ...exchangeCommands,
  ],
}

async function create(input: Input, parts: Parts): Promise<Answer> {
  const { config, db, clock, sealer } = parts
  const described = input.text('metadata')
  const options = {
    client_name: input.text('name'),
    redirect_uris: input.texts('redirect-uri'),
    post_logout_redirect_uris: input.texts('post-logout-redirect-uri'),
    scope: input.text('scope'),
    grant_types: oneOf(input, 'grant-type', GRANT_TYPES),
    token_endpoint_auth_method: authMethod(input),
    allowed_resources: input.texts('resource'),
    first_party: input.flag('first-party') || undefined,
    profile: oneOf(input, 'profile', PROFILES)?.[0],
    id_token_signed_response_alg: oneOf(input, 'id-token-alg', SIGNING_ALGS)?.[0],
    jwks: readKeys(input.text('jwks')),
    jwks_uri: input.text('jwks-uri'),
  }
  const typed = Object.entries(options).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  const chosen = {
    ...(described === undefined ? {} : readMetadata(described)),
    ...Object.fromEntries(typed),
  }
  const wanted = withIdTokenAlg(chosen, config.tokens.idTokenAlgorithm) as ClientInput
  const accepts = await createClientCheck(parts)
  return registered(await createClient(db, wanted, { clock, sealer, accepts }))
}

async function update(input: Input, parts: Parts): Promise<Answer> {
  const { db, clock, sealer } = parts
  const [id = ''] = input.operands
  const changes = readMetadata(input.text('metadata') ?? '')
  const accepts = await createClientCheck(parts)
  return registered(await updateClient(db, id, changes, { clock, sealer, accepts }))
}

/** Its names and values are checked with all other metadata. */
function readMetadata(file: string): Partial<ClientInput> {
  const read = readJsonFile('metadata', file)
  if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read
  throw usageError(`--metadata: ${file} holds no JSON object`)
}

async function rotateSecret(input: Input, { db, clock, sealer }: Parts): Promise<Answer> {
  const [id = ''] = input.operands
  const overlapMs = (input.integer('overlap-hours', { min: 0, max: 24 * 90 }) ?? 0) * HOUR_MS
  return registered(await rotateClientSecret(db, id, { clock, sealer }, { overlapMs }))
}

function authMethod(input: Input): ClientInput['token_endpoint_auth_method'] {
  const [method] = oneOf(input, 'auth-method', CLIENT_AUTH_METHODS) ?? []
  if (!input.flag('public')) return method
  if (method && method !== 'none') throw usageError('a --public client has the --auth-method none')
  return 'none'
}

function oneOf<const Known extends string>(input: Input, option: string, known: readonly Known[]) {
  const typed = input.texts(option)
  const values = typed.map((value) => known.find((one) => one === value))
  if (values.includes(undefined)) throw usageError(`--${option} takes ${known.join(', ')}`)
  return typed.length > 0 ? values.filter((value) => value !== undefined) : undefined
}

function readKeys(file: string | undefined): ClientInput['jwks'] {
  // Its shape is checked with all other metadata.
  return file === undefined ? undefined : (readJsonFile('jwks', file) as ClientInput['jwks'])
}

async function list(input: Input, { db }: Parts): Promise<Answer> {
  const clients = await listClients(db, {
    limit: input.integer('limit', { min: 1, max: 1000 }),
    offset: input.integer('offset', { min: 0, max: 1_000_000_000 }),
  })
  const rows = clients.map((one) => [
    one.clientId,
    one.metadata.client_name,
    one.metadata.token_endpoint_auth_method,
    one.disabledAtMs === null ? 'enabled' : 'disabled',
    one.metadata.redirect_uris[0],
  ])
  return {
    data: { clients: clients.map(toData) },
    text: table(['CLIENT_ID', 'NAME', 'AUTHENTICATES BY', 'STATE', 'REDIRECT'], rows, 'No clients.'),
  }
}

type SetState = (db: Parts['db'], clientId: string, clock: Parts['clock']) => Promise<boolean>

async function setState(input: Input, parts: Parts, apply: SetState): Promise<Answer> {
  const { clientId } = await theClient(parts, input)
  if (!(await apply(parts.db, clientId, parts.clock))) throw notFound()
  return show(await theClient(parts, input))
}

async function remove(input: Input, parts: Parts): Promise<Answer> {
  const { clientId, metadata } = await theClient(parts, input)
  const resource = (await listResources(parts.db)).find((one) => one.clientId === clientId)
  if (resource) {
    const message = `This client belongs to a resource server; delete that: resource delete ${resource.identifier}`
    throw new AppError('client_of_resource', 409, message)
  }
  if (!(await deleteClient(createAccountNeeds(parts), clientId))) throw notFound()
  const text = `Deleted ${metadata.client_name} (${clientId}).`
  return { data: { client_id: clientId, client_name: metadata.client_name, deleted: true }, text }
}

function registered(metadata: RegisteredClient): Answer {
  const note = metadata.client_secret ? '\n\nThe client_secret is shown only now.' : ''
  return { data: metadata, text: textOf(metadata) + note }
}

async function showWithRules(input: Input, parts: Parts): Promise<Answer> {
  const found = await theClient(parts, input)
  const data = { ...toData(found), ...(await exchangeRulesOf(parts, found.clientId)) }
  return { data, text: textOf(data) }
}

function show(found: Client): Answer {
  const data = toData(found)
  return { data, text: textOf(data) }
}

// The names are those of RFC 7591, its seconds are of no use to people.
function textOf(metadata: RegisteredClient): string {
  const issued = { client_id_issued_at: isoTime(metadata.client_id_issued_at * 1000) }
  return record({ ...metadata, ...issued, client_secret_expires_at: undefined })
}

function toData(found: Client) {
  return { ...toRegisteredMetadata(found), disabled: found.disabledAtMs !== null }
}

async function theClient({ db }: Parts, { operands: [clientId = ''] }: Input): Promise<Client> {
  const found = await findClient(db, clientId)
  if (found) return found
  throw notFound()
}

function notFound(): AppError {
  return new AppError('client_not_found', 404, 'There is no client with this client_id.')
}
