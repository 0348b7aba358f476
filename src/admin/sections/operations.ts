/** The server itself: its mails, its keys and its settings. */
import type { Section } from './section.ts'

const MAIL_FIELDS = [
  'kind',
  'state',
  'tries',
  'last_error',
  'created_at',
  'next_try_at',
  'given_up_at',
  'delivered_at',
] as const

export const mails: Section = {
  name: 'mails',
  key: 'id',
  list: {
    id: 'listMails',
    fields: ['to', ...MAIL_FIELDS],
    filters: ['state'],
  },
  one: {
    id: 'getMail',
    titled: ['to', 'kind', 'id'],
    fields: [...MAIL_FIELDS, 'id'],
  },
  create: { verb: 'replay-all', id: 'replayMails' },
  acts: [
    { verb: 'replay', id: 'replayMail', when: ({ state }) => state === 'given_up' },
    { verb: 'delete', id: 'deleteMail', danger: true, when: ({ state }) => state !== 'delivered' },
  ],
}

export const keys: Section = {
  name: 'keys',
  key: 'kid',
  list: {
    id: 'listKeys',
    fields: ['kid', 'alg', 'use', 'state', 'created_at', 'activated_at', 'retired_at'],
  },
  create: { verb: 'rotate', id: 'rotateKeys' },
  acts: [],
}

export const serverSettings: Section = {
  name: 'settings',
  key: 'name',
  list: {
    id: 'listSettings',
    fields: ['name', 'about', 'value', 'source', 'fallback', 'group'],
    searches: true,
  },
  acts: [],
}
