/** One line of `upgrade check`. A fault stops the upgrade; a note is worth a look. */
export type Finding = { check: string; state: 'ok' | 'note' | 'fault'; found: string }
