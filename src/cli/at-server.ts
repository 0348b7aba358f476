/**
 * The commands that also run on a running server, over its JSON API. Those that open `api` or `provider` run there as they are.
 * What is missing needs the database: it has no operation, so that no token can do it.
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

/**
 * Commands with a function for the server beside their own. `config` shows the settings of this machine before anything is open.
 * `audit export` takes the whole trail in one go here, as one entry of it; a server answers in parts, each an entry.
 */
const RUNS: Readonly<Record<string, () => Promise<Run>>> = {
  config: async () => (await import('./config-actions.ts')).showAtServer,
  'audit export': async () => (await import('./audit/entry-actions.ts')).exportFromServer,
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
  const run = opensApi(command) ? command.run : await RUNS[name]?.()
  if (run) return run(input, serverApi(server, credentialsFor(server, environment)))
  const message = `${name} needs the database: run it where the server runs, without --server.`
  throw new AppError('needs_database', 400, message)
}
