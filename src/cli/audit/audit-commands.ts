/** `audit`: who did what, and whether somebody changed what is written about it. */
import { AUDIT_KINDS } from '../../audit/audit-kinds.ts'
import type { Noun, OptionSpec } from '../../command-line/command.ts'

const actions = () => import('./audit-actions.ts')
const entryActions = () => import('./entry-actions.ts')

const noun = 'audit'
const opens = 'schema'

const filters: Record<string, OptionSpec> = {
  account: { value: 'ACCOUNT', about: 'About this account: an id, an address or a user name.' },
  actor: { value: 'ACTOR', about: 'By the id of an account, client:ID, anonymous, cli or system.' },
  action: { value: 'ACTION', about: 'One action, such as sign_in.failed.' },
  kind: { value: 'KIND', about: `One kind: ${AUDIT_KINDS.join(', ')}.` },
  app: { value: 'CLIENT', about: 'By this app: its client id.' },
  from: { value: 'TIME', about: 'Not before this time, such as 2026-03-01 or 2026-03-01T08:00Z.' },
  until: { value: 'TIME', about: 'Before this time.' },
}

export const audit: Noun = {
  name: noun,
  about: 'Who did what, and whether somebody changed the record of it',
  commands: [
    {
      noun,
      verb: 'list',
      opens: 'api',
      about: 'Lists entries of the audit trail, the latest first.',
      options: {
        ...filters,
        limit: { value: 'COUNT', about: 'At most this many, 1 to 1000 (50).' },
        after: { value: 'NEXT', about: 'Continues a list: the value of its "next".' },
      },
      notes: [
        'Where several conditions leave out nearly all entries, a list may be short or empty. `More` continues it.',
      ],
      examples: [
        'audit list --action sign_in.failed --from 2026-03-01',
        'audit list --account ann@example.com --limit 10 --json',
      ],
      run: async (...args) => (await entryActions()).list(...args),
    },
    {
      noun,
      verb: 'show',
      opens: 'api',
      operand: { name: 'ID', about: 'The id of an entry in the list.' },
      about: 'Shows one entry, with its place in the chain.',
      examples: ['audit show 4711'],
      run: async (...args) => (await entryActions()).show(...args),
    },
    {
      noun,
      verb: 'verify',
      opens,
      about: 'Reads every chain and names the entries that were changed, removed or inserted.',
      options: {
        anchors: { value: 'FILE', about: 'Anchors of before: what audit anchors --json printed.' },
      },
      notes: [
        'It ends with 0 when everything fits, and with 3 otherwise. Servers may run meanwhile.',
        'A worker chains an entry within a second or so. What waits is counted as "not chained yet".',
      ],
      examples: ['audit verify', 'audit verify --anchors anchors.json --json'],
      run: async (...args) => (await actions()).verify(...args),
    },
    {
      noun,
      verb: 'accept',
      opens,
      operand: { name: 'ID', about: 'The id of the entry that audit verify names.' },
      about: 'Accepts a broken place after you looked into it: audit verify ends with 0 again.',
      options: {
        reason: { value: 'TEXT', about: 'What you found. It is kept in the audit trail.' },
        by: { value: 'NAME', about: 'Who looked into it. By default the user of this system.' },
      },
      notes: ['It covers this place as it is now. A further change there, and any other place, is a fault.'],
      examples: ['audit accept 4711 --reason "Restored from the backup of March 3"'],
      run: async (...args) => (await actions()).accept(...args),
    },
    {
      noun,
      verb: 'export',
      opens,
      operand: { name: 'FILE', about: 'The NDJSON file to write, readable by you alone (0600).' },
      about: 'Writes entries to a file, the oldest first, with their numbers and hashes.',
      options: filters,
      notes: ['The export is an entry of the audit trail itself.'],
      examples: [
        'audit export trail.ndjson',
        'audit export march.ndjson --from 2026-03-01 --until 2026-04-01',
      ],
      run: async (...args) => (await actions()).exportTo(...args),
      // Here it is one entry of the trail. A server answers in parts, and each is an entry.
      atServer: async (...args) => (await entryActions()).exportFromServer(...args),
    },
    {
      noun,
      verb: 'anchors',
      opens,
      about: 'Lists the anchors, which stay when entries are purged. Keep them on another machine.',
      notes: ['Later, audit verify --anchors compares them with the trail.'],
      examples: ['audit anchors', 'audit anchors --json'],
      run: async (...args) => (await actions()).anchors(...args),
    },
  ],
}
