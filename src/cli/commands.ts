/** Every noun of the command line, in the order of the help. */
import { account } from './account.ts'
import { client } from './client.ts'
import type { Noun } from './command.ts'
import { config } from './config.ts'
import { keys } from './keys.ts'
import { migrate } from './migrate.ts'
import { outbox } from './outbox.ts'
import { registrationToken } from './registration-token.ts'
import { resource } from './resource.ts'
import { seed } from './seed.ts'

export const NOUNS: readonly Noun[] = [
  account,
  client,
  registrationToken,
  resource,
  keys,
  config,
  migrate,
  seed,
  outbox,
]
