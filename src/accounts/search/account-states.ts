/** The states that a list of accounts is narrowed by. An account may be in several. Imports nothing: the command line's help reads it. */
export const ACCOUNT_STATES = [
  'active',
  'disabled',
  'locked',
  'unverified',
  'deletion_planned',
  'awaiting_approval',
] as const

export type AccountState = (typeof ACCOUNT_STATES)[number]
