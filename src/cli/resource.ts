/** `resource`: the APIs that take access tokens and may introspect those meant for them. */
import {
  createResource,
  deleteResource,
  findResource,
  listResources,
  resourceNotFound,
  updateResource,
} from '../resources/resources.ts'
import type { Resource, ResourceChanges, ResourceInput } from '../resources/resources.ts'
import { SIGNING_ALGS } from '../platform/algorithms.ts'
import type { SigningAlg } from '../platform/algorithms.ts'
import { listDetailsTypes } from '../resources/details-type.ts'
import type { DetailsTypeInput } from '../resources/details-type.ts'
import type { Parts } from '../process/parts.ts'
import type { Answer, Noun, OptionSpec } from './command.ts'
import type { Input } from './input.ts'
import { readJsonFile } from './json-file.ts'
import { isoTime, record, table } from './layout.ts'
import { usageError } from './usage-error.ts'

const noun = 'resource'
const opens = 'schema'
const operand = { name: 'IDENTIFIER', about: 'The identifier of the resource server, an absolute URI.' }

const SCOPE_TEXT: OptionSpec = {
  value: '"S=W"',
  about: 'What people read in place of the scope S when they are asked for consent.',
  many: true,
}

const TOKENS_AND_DETAILS: Record<string, OptionSpec> = {
  'access-token-alg': {
    value: SIGNING_ALGS.join('|'),
    about: 'Signs its access tokens when they are JWTs (TOKEN_ALGORITHM).',
  },
  'access-token-seconds': { value: 'SECONDS', about: 'Lifetime of its access tokens, 10 to 86400.' },
  'authorization-details-type': {
    value: 'FILE',
    about:
      'A type of authorization_details (RFC 9396), JSON: {"type", "title", "fields": {name: {"label"}}}.',
    many: true,
  },
}

export const resource: Noun = {
  name: noun,
  about: 'Resource servers (APIs) and their scopes',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about:
        'Registers a resource server; answers the client_id and, only then, the client_secret it introspects with.',
      options: {
        identifier: {
          value: 'U',
          about: 'What apps send as "resource" and tokens carry as "aud".',
          required: true,
        },
        scope: { value: '"S…"', about: 'The scopes it knows, separated by spaces.', required: true },
        'scope-text': SCOPE_TEXT,
        name: { value: 'N', about: 'Name as people see it when they are asked for consent.' },
        format: {
          value: 'opaque|jwt',
          about:
            'Its access tokens (opaque). JWTs are verified with the published keys and a status list; introspection takes both.',
        },
        ...TOKENS_AND_DETAILS,
      },
      examples: [
        'resource create --identifier https://api.example.com/ --scope "ledger:read ledger:transfer" --name Ledger',
        'resource create --identifier https://notes.example.com/ --scope "notes:read" --scope-text "notes:read=Read your notes"',
        'resource create --identifier https://jwt.example.com/ --scope "report:read" --format jwt --json',
      ],
      run: create,
    },
    {
      noun,
      verb: 'update',
      opens,
      operand,
      about: 'Changes a resource server; its client, its secret and what was granted stay.',
      options: {
        scope: { value: '"S…"', about: 'The scopes that it knows from now on: the whole list.' },
        'scope-text': SCOPE_TEXT,
        name: { value: 'N', about: 'Name as people see it when they are asked for consent.' },
        ...TOKENS_AND_DETAILS,
      },
      notes: [
        'What is not named stays. "S=" takes the words of a scope away; a type of details takes the place of the' +
          ' one of its name.',
      ],
      examples: [
        'resource update https://api.example.com/ --scope "ledger:read ledger:transfer ledger:close"',
        'resource update https://api.example.com/ --scope-text "ledger:read=See your balance" --name Ledger',
      ],
      run: update,
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists resource servers.',
      examples: ['resource list', 'resource list --json'],
      run: list,
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows a resource server; never its secret.',
      examples: ['resource show https://api.example.com/'],
      run: show,
    },
    {
      noun,
      verb: 'delete',
      opens,
      operand,
      about: 'Deletes a resource server and the client it introspects with.',
      examples: ['resource delete https://api.example.com/'],
      run: remove,
    },
  ],
}

async function update(input: Input, { db, clock }: Parts): Promise<Answer> {
  const [identifier = ''] = input.operands
  const { name, scope, ...rest } = inputOf(input)
  const changes: ResourceChanges = { ...(name && { name }), ...(scope !== undefined && { scope }), ...rest }
  const data = toData(await updateResource(db, identifier, changes, { clock }))
  return { data, text: record(data) }
}

async function create(input: Input, { db, clock, sealer }: Parts): Promise<Answer> {
  const wanted: ResourceInput = {
    identifier: input.text('identifier') ?? '',
    format: formatOf(input.text('format')),
    ...inputOf(input),
  }
  const made = await createResource(db, wanted, { clock, sealer })
  const { client_secret } = made.client
  const data = { ...toData(made.resource), client_secret }
  return { data, text: `${record(data)}\n\nThe client_secret is shown only now.` }
}

function inputOf(input: Input) {
  return {
    name: input.text('name'),
    scope: input.text('scope'),
    scope_texts: Object.fromEntries(input.texts('scope-text').map(scopeText)),
    access_token_alg: algOf(input.text('access-token-alg')),
    access_token_ttl_seconds: input.integer('access-token-seconds', { min: 10, max: 86_400 }),
    // Their shape is checked with everything else.
    authorization_details_types: input
      .texts('authorization-details-type')
      .map((file) => readJsonFile('authorization-details-type', file) as DetailsTypeInput),
  }
}

function scopeText(typed: string): [string, string] {
  const at = typed.indexOf('=')
  if (at < 1) throw usageError('--scope-text takes a scope and its words: "ledger:read=See your balance"')
  return [typed.slice(0, at), typed.slice(at + 1).trim()]
}

function formatOf(typed: string | undefined): Resource['accessTokenFormat'] | undefined {
  if (typed === undefined || typed === 'opaque' || typed === 'jwt') return typed
  throw usageError('--format takes opaque or jwt')
}

function algOf(typed: string | undefined): SigningAlg | undefined {
  const known = SIGNING_ALGS.find((alg) => alg === typed)
  if (typed !== undefined && !known) throw usageError(`--access-token-alg takes ${SIGNING_ALGS.join(', ')}`)
  return known
}

async function list(_input: Input, { db }: Parts): Promise<Answer> {
  const resources = await listResources(db)
  const rows = resources.map((one) => [one.identifier, one.name, one.accessTokenFormat, one.scopes])
  return {
    data: { resources: resources.map(toData) },
    text: table(['IDENTIFIER', 'NAME', 'TOKENS', 'SCOPES'], rows, 'No resource servers.'),
  }
}

async function show({ operands: [identifier = ''] }: Input, { db }: Parts): Promise<Answer> {
  const found = await findResource(db, identifier)
  if (!found) throw resourceNotFound()
  const types = (await listDetailsTypes(db, identifier)).map(({ type }) => type)
  const data = { ...toData(found), ...(types.length > 0 && { authorization_details_types: types }) }
  return { data, text: record(data) }
}

async function remove({ operands: [identifier = ''] }: Input, { db }: Parts): Promise<Answer> {
  if (!(await deleteResource(db, identifier))) throw resourceNotFound()
  return { data: { identifier, deleted: true }, text: `Deleted ${identifier} and its client.` }
}

function toData(found: Resource) {
  return {
    identifier: found.identifier,
    name: found.name,
    scope: found.scopes,
    scope_texts: Object.keys(found.scopeTexts).length > 0 ? found.scopeTexts : null,
    access_token_format: found.accessTokenFormat,
    access_token_alg: found.accessTokenAlg,
    access_token_seconds: found.accessTokenTtlSeconds,
    client_id: found.clientId,
    created_at: isoTime(found.createdAtMs),
  }
}
