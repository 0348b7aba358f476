/** What each path to a session or token leads to: by who requires a second factor, the factor, and the state of the account. */
export const FACTORS = ['none', 'confirmed', 'begun', 'passkey'] as const
export const STATES = ['ok', 'disabled', 'unverified'] as const
export type Factor = (typeof FACTORS)[number]
export type State = (typeof STATES)[number]

/** What the person, or the app, has at the end of a path. */
export type Outcome =
  | 'signed in'
  | 'asked for the code'
  | 'asked for the passkey'
  | 'refused'
  | 'asked to confirm the address'
  | 'asked to accept the terms'
  | 'asked for the password'
  | 'asked to set up a factor'
  | 'sent to the browser'
  | 'tokens'
  | 'no session'
  | `error ${string}`

/** Who requires a second factor: nobody, the operator of this account, or the app of its users. */
export const POLICIES = ['nobody', 'account', 'app'] as const
export type Policy = (typeof POLICIES)[number]
type Row = Record<State, Outcome>
type Rows = Record<Factor, Row>

const anew = (ok: Outcome, unverified: Outcome): Row => ({ ok, disabled: 'refused', unverified })
const always = (outcome: Outcome): Row => ({ ok: outcome, disabled: outcome, unverified: outcome })
const alike = (row: Row): Rows => ({ none: row, confirmed: row, begun: row, passkey: row })
/** A factor that is being set up is none. */
const unless = (confirmed: Row, none: Row, passkey = confirmed): Rows => ({
  none,
  confirmed,
  begun: none,
  passkey: passkey === ASKED ? ASKED_FOR_KEY : passkey,
})
const whoever = (rows: Rows): Record<Policy, Rows> => ({ nobody: rows, account: rows, app: rows })

const ASKED = anew('asked for the code', 'asked for the code')
/** A passkey is asked for where the code of an app would be. */
const ASKED_FOR_KEY = anew('asked for the passkey', 'asked for the passkey')
const TO_BROWSER = anew('sent to the browser', 'sent to the browser')
/** Nobody signs in with a passkey that the account does not have. */
const onlyWith = (passkey: Row): Rows => ({ ...alike(always('refused')), passkey })
const SET_UP = anew('asked to set up a factor', 'asked to confirm the address')
/** A sign-in for an app: who set a factor up is asked for the code, in every state that may sign in. */
const FOR_AN_APP: Record<Policy, Rows> = {
  nobody: unless(ASKED, anew('signed in', 'asked to confirm the address')),
  account: unless(ASKED, SET_UP),
  app: unless(ASKED, SET_UP),
}
/** Without an app, its rule is nobody's. An unconfirmed account cannot have a factor, and opens no app. */
const ON_OWN_PAGES: Record<Policy, Rows> = {
  nobody: unless(ASKED, anew('signed in', 'signed in')),
  account: unless(ASKED, anew('asked to set up a factor', 'signed in')),
  app: unless(ASKED, anew('signed in', 'signed in')),
}
const BY_NEW_PASSKEY = whoever(alike({ ok: 'no session', disabled: 'no session', unverified: 'signed in' }))
const SESSION_ENDED = 'asked for the password'

export const EXPECTED = {
  'the sign-in page with an app': FOR_AN_APP,
  'the sign-in page without an app': ON_OWN_PAGES,
  // A passkey is two factors, so it meets every rule.
  'the passkey button with an app': whoever(onlyWith(anew('signed in', 'asked to confirm the address'))),
  'the passkey button without an app': whoever(onlyWith(anew('signed in', 'signed in'))),
  'another provider, with an app': FOR_AN_APP,
  'another provider, without an app': ON_OWN_PAGES,
  'another provider, by a hint of the app': FOR_AN_APP,
  'another provider, from the page of registration': ON_OWN_PAGES,
  'the authorization challenge endpoint': {
    nobody: unless(ASKED, anew('tokens', 'sent to the browser'), TO_BROWSER),
    account: unless(ASKED, TO_BROWSER, TO_BROWSER),
    app: unless(ASKED, TO_BROWSER, TO_BROWSER),
  },
  'a device': FOR_AN_APP,
  'CIBA, in a browser that is not signed in': ON_OWN_PAGES,
  'CIBA, in a session from before': {
    nobody: unless(always(SESSION_ENDED), { ok: 'tokens', disabled: SESSION_ENDED, unverified: 'tokens' }),
    account: unless(always(SESSION_ENDED), {
      ok: 'asked to set up a factor',
      disabled: SESSION_ENDED,
      unverified: 'tokens',
    }),
    app: unless(always(SESSION_ENDED), {
      ok: 'asked to set up a factor',
      disabled: SESSION_ENDED,
      unverified: 'error authorization_pending',
    }),
  },
  'the chooser': FOR_AN_APP,
  'prompt=none without a session': whoever(alike(always('error login_required'))),
  // The session is from before the factor. Its level is that of a password.
  'prompt=none in a session from before': {
    nobody: alike({
      ok: 'tokens',
      disabled: 'error login_required',
      unverified: 'error interaction_required',
    }),
    account: unless(always('error login_required'), {
      ok: 'error interaction_required',
      disabled: 'error login_required',
      unverified: 'error interaction_required',
    }),
    app: unless(always('error login_required'), {
      ok: 'error interaction_required',
      disabled: 'error login_required',
      unverified: 'error interaction_required',
    }),
  },
  'prompt=login in a session from before': FOR_AN_APP,
  'max_age=0 in a session from before': FOR_AN_APP,
  'the stronger level in a session from before': whoever(unless(ASKED, SET_UP)),
  'an activation': whoever(alike(always('no session'))),
  // The passkey is two factors, so it meets every rule. An account that is there gets nothing of it.
  'a registration with a passkey, with an app': BY_NEW_PASSKEY,
  'a registration with a passkey, without an app': BY_NEW_PASSKEY,
  'a registration with a passkey, finished in another browser': whoever(alike(always('no session'))),
  'the passkey of a registration, before its mail': whoever(alike(always('no session'))),
  'a password reset': whoever(alike(always('no session'))),
  'the sign-in after a password reset': {
    // The mail proved the address. What was accepted before it may have been a stranger's doing.
    nobody: unless(ASKED, anew('signed in', 'asked to accept the terms')),
    account: unless(ASKED, anew('asked to set up a factor', 'asked to accept the terms')),
    app: unless(ASKED, anew('signed in', 'asked to accept the terms')),
  },
  // RFC 9068 §2.2.1: a refresh keeps the level of its sign-in.
  'a refresh of an older grant': whoever(
    alike({ ok: 'tokens', disabled: 'error invalid_grant', unverified: 'tokens' }),
  ),
} satisfies Record<string, Record<Policy, Rows>>

/** Nobody registers an address that has an account. */
const NEVER_AT_AN_ACCOUNT = {
  'a registration with a passkey, with an app': 'no session',
  'a registration with a passkey, without an app': 'no session',
  'a registration with a passkey, finished in another browser': 'no session',
  'the passkey of a registration, before its mail': 'no session',
} as const

/** Of an account that accepted an earlier version, and has only what the path takes. */
export const EXPECTED_WITH_NEW_TERMS: Record<keyof typeof EXPECTED, Outcome> = {
  ...NEVER_AT_AN_ACCOUNT,
  'the sign-in page with an app': 'asked to accept the terms',
  'the sign-in page without an app': 'asked to accept the terms',
  'the passkey button with an app': 'asked to accept the terms',
  'the passkey button without an app': 'asked to accept the terms',
  'another provider, with an app': 'asked to accept the terms',
  'another provider, without an app': 'asked to accept the terms',
  'another provider, by a hint of the app': 'asked to accept the terms',
  'another provider, from the page of registration': 'asked to accept the terms',
  'the authorization challenge endpoint': 'sent to the browser',
  'a device': 'asked to accept the terms',
  'CIBA, in a browser that is not signed in': 'asked to accept the terms',
  'CIBA, in a session from before': 'asked to accept the terms',
  'the chooser': 'asked to accept the terms',
  'prompt=none without a session': 'error login_required',
  'prompt=none in a session from before': 'error interaction_required',
  'prompt=login in a session from before': 'asked to accept the terms',
  'max_age=0 in a session from before': 'asked to accept the terms',
  'the stronger level in a session from before': 'asked to accept the terms',
  'an activation': 'no session',
  'a password reset': 'no session',
  'the sign-in after a password reset': 'asked to accept the terms',
  'a refresh of an older grant': 'tokens',
}

type Spared = Record<Policy, Record<keyof typeof EXPECTED, Outcome>>

/** What nobody is spared, however the second step is done. */
const NEVER_SPARED = {
  ...NEVER_AT_AN_ACCOUNT,
  'the passkey button with an app': 'refused',
  'the passkey button without an app': 'refused',
  'the authorization challenge endpoint': 'asked for the code',
  'CIBA, in a session from before': 'asked for the password',
  'prompt=none without a session': 'error login_required',
  'the stronger level in a session from before': 'asked for the code',
  'an activation': 'no session',
  'a password reset': 'no session',
  // The reset ended the trust, and a mail may have set the password.
  'the sign-in after a password reset': 'asked for the code',
  'a refresh of an older grant': 'tokens',
} as const

const spared = (withApp: Outcome, withoutApp: Outcome, silent: Outcome) => ({
  ...NEVER_SPARED,
  'the sign-in page with an app': withApp,
  'the sign-in page without an app': withoutApp,
  'another provider, with an app': withApp,
  'another provider, without an app': withoutApp,
  'another provider, by a hint of the app': withApp,
  'another provider, from the page of registration': withoutApp,
  'a device': withApp,
  'CIBA, in a browser that is not signed in': withoutApp,
  'the chooser': withApp,
  'prompt=none in a session from before': silent,
  'prompt=login in a session from before': withApp,
  'max_age=0 in a session from before': withApp,
})

/** Of an account with an authenticator app, in a browser that its owner trusts. */
export const EXPECTED_IN_TRUSTED: Spared = {
  nobody: spared('signed in', 'signed in', 'tokens'),
  account: spared('asked for the code', 'asked for the code', 'error login_required'),
  app: spared('asked for the code', 'signed in', 'error login_required'),
}

const NOT_AFTER_A_PROVIDER = {
  'another provider, with an app': 'asked for the code',
  'another provider, without an app': 'asked for the code',
  'another provider, by a hint of the app': 'asked for the code',
  'another provider, from the page of registration': 'asked for the code',
} as const

/** Of an account with an authenticator app, by a person who takes a code by mail wherever one is offered. */
export const EXPECTED_BY_MAIL: Spared = {
  nobody: { ...EXPECTED_IN_TRUSTED.nobody, ...NOT_AFTER_A_PROVIDER },
  account: { ...EXPECTED_IN_TRUSTED.account, ...NOT_AFTER_A_PROVIDER },
  app: { ...EXPECTED_IN_TRUSTED.app, ...NOT_AFTER_A_PROVIDER },
}
