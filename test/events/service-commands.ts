/** The commands about the service itself: its receivers, mails, audit trail and outbox. None of them changes an account or an app. */
import type { Changes } from './prepared-subjects.ts'

const READS = { none: 'Reads.' }
const RECEIVER = { none: 'A webhook receives events. It is the subject of none.' }
const MAIL = { none: 'It is about a mail in the queue, and changes nothing else.' }

export const SERVICE_COMMANDS: Changes = {
  'webhook create': RECEIVER,
  'webhook list': READS,
  'webhook show': READS,
  'webhook update': RECEIVER,
  statistics: READS,
  'receiver list': READS,
  'receiver show': READS,
  'receiver resume': RECEIVER,
  'receiver replay': RECEIVER,
  'webhook rotate-secret': RECEIVER,
  'webhook replay': RECEIVER,
  'webhook delete': RECEIVER,
  'mail list': READS,
  'mail show': READS,
  'mail replay': MAIL,
  'mail delete': MAIL,
  ...Object.fromEntries(['login', 'logout'].map((name) => [name, { none: 'Tokens, as of any app.' }])),
  'mail doctor': { none: 'Reads, and sends a test letter to the given address.' },
  'limit list': READS,
  'limit rules': READS,
  'limit clear': { none: 'Attempts are counted again. The account or network stays as it was.' },
  'audit list': READS,
  'audit show': READS,
  'audit verify': READS,
  'upgrade check': READS,
  'audit export': { none: 'A copy changes no state.' },
  'audit anchors': READS,
  'audit accept': { none: 'It changes what a verification says, and nothing of an account or app.' },
  'outbox list-dead': READS,
  'outbox show': READS,
  'outbox replay': { none: 'Sends messages again, which may be events themselves.' },
}
