/**
 * The commands that also run on a running server, over its JSON API. Those that open `api` or `provider` run there as they are.
 * The others of this table have a function for it beside that for the database. What is missing needs the database: it has no
 * operation, so that no token can do it.
 */
import { nameOf, opensApi } from '../command-line/command.ts'
import type { Answer, Command } from '../command-line/command.ts'
import type { Input } from '../command-line/input.ts'
import { credentialsFor } from '../command-line/server/credentials.ts'
import { serverOf } from '../command-line/server/server-address.ts'
import { serverApi } from '../command-line/server/server-api.ts'
import type { Api } from '../command-line/api.ts'
import { AppError } from '../platform/errors.ts'
import type { Parts } from '../process/start/parts.ts'
import { NOUNS } from './commands.ts'

type Run = (input: Input, api: Api) => Promise<Answer>
/** Loaded when a command of it runs. */
type Load = () => Promise<Record<string, Run>>

const client: Load = () => import('./clients/client-at-server.ts')
const resource: Load = () => import('./resources/resource-at-server.ts')
const upstream: Load = () => import('./upstreams/upstream-at-server.ts')
const audit: Load = () => import('./audit/entry-actions.ts')
const config: Load = async () => ({ show: (await import('./config-actions.ts')).showAtServer })

/** By the name of the command: where its function is, and which. */
const RUNS: Readonly<Record<string, readonly [Load, string]>> = {
  'client create': [client, 'create'],
  'client show': [client, 'show'],
  'client list': [client, 'list'],
  'client disable': [client, 'disable'],
  'client enable': [client, 'enable'],
  'client delete': [client, 'remove'],
  'client update': [client, 'update'],
  'client rotate-secret': [client, 'rotateSecret'],
  'resource create': [resource, 'create'],
  'resource show': [resource, 'show'],
  'resource list': [resource, 'list'],
  'resource update': [resource, 'update'],
  'resource delete': [resource, 'remove'],
  'upstream add': [upstream, 'add'],
  'upstream list': [upstream, 'list'],
  'upstream show': [upstream, 'show'],
  'upstream update': [upstream, 'update'],
  'upstream remove': [upstream, 'remove'],
  'audit export': [audit, 'exportFromServer'],
  config: [config, 'show'],
}

export const COMMANDS_AT_SERVER: readonly string[] = [
  ...Object.keys(RUNS),
  ...NOUNS.flatMap(({ commands }) => commands.filter(opensApi).map(nameOf)),
]

/** @throws AppError `needs_database`, `sign_in_needed`, and what the server refuses */
export async function runAtServer(
  { command, input }: { command: Command<Parts>; input: Input },
  environment: NodeJS.ProcessEnv,
): Promise<Answer> {
  const server = serverOf(input) ?? ''
  const name = nameOf(command)
  if (!COMMANDS_AT_SERVER.includes(name)) {
    const message = `${name} needs the database: run it where the server runs, without --server.`
    throw new AppError('needs_database', 400, message)
  }
  const run = opensApi(command) ? command.run : await functionOf(name)
  return run(input, serverApi(server, credentialsFor(server, environment)))
}

async function functionOf(name: string): Promise<Run> {
  const [load, action] = RUNS[name] ?? []
  const run = (await load?.())?.[action ?? '']
  if (!run) throw new Error(`${name} has no function ${action}`)
  return run
}
