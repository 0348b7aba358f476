/** The tables of the operator's commands, made from the same list that the command line reads. */
import { NOUNS } from '../../src/cli/commands.ts'
import { markdownTable, withContent } from './document.ts'
import type { GeneratedDocument } from './document.ts'

export const commandsDocument: GeneratedDocument = {
  file: 'docs/commands.md',
  renew: (text) => withContent(text, 'commands', commandTable()),
}

function commandTable(): string {
  const rows = NOUNS.flatMap(({ name, commands }) =>
    commands.map(({ verb, about }) => [`\`${verb ? `${name} ${verb}` : name}\``, about]),
  )
  return markdownTable(['Command', 'What it does'], rows)
}
