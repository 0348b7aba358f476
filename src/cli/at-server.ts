/**
 * The commands that also run on a running server, over its JSON API. Those that open `api` or `provider` run there as they are.
 * What is missing needs the database: it has no operation, so that no token can do it.
 */
import { atServerOf, nameOf } from '../command-line/command.ts'
import type { Answer, Command } from '../command-line/command.ts'
import type { Input } from '../command-line/input.ts'
import { credentialsFor } from '../command-line/server/credentials.ts'
import { serverOf } from '../command-line/server/server-address.ts'
import { serverApi } from '../command-line/server/server-api.ts'
import { AppError } from '../platform/errors.ts'
import type { Parts } from '../process/start/parts.ts'

/** @throws AppError `needs_database`, `sign_in_needed`, and what the server refuses */
export async function runAtServer(
  { command, input }: { command: Command<Parts>; input: Input },
  environment: NodeJS.ProcessEnv,
): Promise<Answer> {
  const server = serverOf(input) ?? ''
  const run = atServerOf(command)
  if (run) return run(input, serverApi(server, credentialsFor(server, environment)))
  const message = `${nameOf(command)} needs the database: run it where the server runs, without --server.`
  throw new AppError('needs_database', 400, message)
}
