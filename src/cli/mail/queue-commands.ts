/** The commands of `mail` about the queue. */
import type { Command } from '../../command-line/command.ts'
import type { Parts } from '../../process/start/parts.ts'

const actions = () => import('./queue-actions.ts')

const noun = 'mail'
const opens = 'api'
const EXAMPLE_ID = '0190c0de-0000-7000-8000-000000000000'

export const queueCommands: readonly Command<Parts>[] = [
  {
    noun,
    verb: 'list',
    opens,
    about:
      'Lists mails that wait, were given up, or were delivered in the last days. Never shows their text.',
    options: {
      state: { value: 'STATE', about: 'waiting, given_up or delivered (all).' },
      to: { value: 'ADDRESS', about: 'Only mails to this address (all).' },
      limit: { value: 'COUNT', about: 'At most this many, 1 to 1000 (50).' },
      after: { value: 'ID', about: 'Only mails that are older than this one.' },
    },
    examples: ['mail list', 'mail list --state given_up --json', 'mail list --to ann@example.org'],
    run: async (...args) => (await actions()).list(...args),
  },
  {
    noun,
    verb: 'show',
    opens,
    operand: { name: 'ID', about: 'A mail of the list.' },
    about: 'Shows one mail: its address, its kind, its state and its last error. Never its text.',
    examples: [`mail show ${EXAMPLE_ID}`],
    run: async (...args) => (await actions()).show(...args),
  },
  {
    noun,
    verb: 'replay',
    opens,
    operand: { name: 'ID', about: 'A mail that was given up.', optional: true },
    about: 'Sends a mail again that was given up, or all of them. Links in old mails may have expired.',
    options: { all: { about: 'All mails that were given up.' } },
    examples: [`mail replay ${EXAMPLE_ID}`, 'mail replay --all'],
    run: async (...args) => (await actions()).replay(...args),
  },
  {
    noun,
    verb: 'delete',
    opens,
    operand: { name: 'ID', about: 'A mail that waits or was given up.' },
    about: 'Deletes a mail, so that it is never sent.',
    examples: [`mail delete ${EXAMPLE_ID}`],
    run: async (...args) => (await actions()).remove(...args),
  },
]
