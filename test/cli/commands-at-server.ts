/** The names of the commands that also run on a running server. */
import { NOUNS } from '../../src/cli/commands.ts'
import { atServerOf, nameOf } from '../../src/command-line/command.ts'

export const COMMANDS_AT_SERVER: readonly string[] = NOUNS.flatMap(({ commands }) =>
  commands.filter((one) => atServerOf(one)).map(nameOf),
)
