/** What the page of one's security says once, after a form. */
const NOTICES = {
  on: 'Two-step sign-in is on. Keep your recovery codes in a safe place.',
  saved: 'Keep your recovery codes in a safe place. The earlier ones do not work any more.',
  removed: 'The authenticator app is removed. Your password alone signs you in.',
  cancelled: 'Nothing was changed.',
  expired: 'That set-up is not open any more. Begin again.',
  on_already: 'Your account has an authenticator app already.',
  off_already: 'Your account has no authenticator app.',
  codes_hidden: 'Recovery codes are shown only once. If you did not save them, make new ones.',
  unconfirmed: 'Confirm your email first, on the page Profile.',
} as const

export type NoticeName = keyof typeof NOTICES

export function noticeText(name: NoticeName): string {
  return NOTICES[name]
}
