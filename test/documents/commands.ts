/** The tables of the operator's commands, made from the same list that the command line reads. */
import { COMMANDS_AT_SERVER } from '../../src/cli/at-server.ts'
import { NOUNS } from '../../src/cli/commands.ts'
import { markdownTable, withContent } from './document.ts'
import type { GeneratedDocument } from './document.ts'

export const commandsDocument: GeneratedDocument = {
  file: 'docs/commands.md',
  renew: (text) => withContent(text, 'commands', commandTable()),
}

function commandTable(): string {
  const rows = NOUNS.flatMap(({ name, commands }) =>
    commands.map(({ verb, about }) => {
      const command = verb ? `${name} ${verb}` : name
      return [`\`${command}\``, COMMANDS_AT_SERVER.includes(command) ? 'yes' : '', about]
    }),
  )
  return markdownTable(['Command', '`--server`', 'What it does'], rows)
}
