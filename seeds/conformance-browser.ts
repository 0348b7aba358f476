/** What the suite's browser does on our pages, in the words of its configuration. */

type Account = { email: string; password: string }

// Where somebody only has to confirm who they are, the address is shown and cannot be typed.
const NEW_PERSON = 'input[name="email"]:not([readonly])'

/** Modules that want to see our error page instead of a redirect. */
const ERROR_PAGES = [
  'oidcc-ensure-registered-redirect-uri',
  'oidcc-ensure-redirect-uri-in-authorization-request',
  'oidcc-redirect-uri-query-mismatch',
  'oidcc-redirect-uri-query-added',
]
/** Modules that want to see the sign-in page a second time. */
const SECOND_SIGN_INS = ['oidcc-prompt-login', 'oidcc-max-age-1']
const FAPI = 'fapi2-security-profile-final'
/** The person goes back to the app, the first time and as the second client's. */
const REFUSED = `${FAPI}-user-rejects-authentication`
/** The sign-in page is opened twice, and filled in the second time. */
const OPENED_TWICE = `${FAPI}-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds`
/** Modules that want to see what an app registered about itself, and words of the page that shows it. */
const APP_PAGES = {
  'oidcc-registration-logo-uri': 'asks for access',
  'oidcc-registration-policy-uri': 'privacy policy',
  'oidcc-registration-tos-uri': 'terms of use',
}
const ERROR_WORDS = 'If you ask for help, quote'
const DONE_WORDS = 'You’re signed out'
/** Modules that want to see how signing out ends, when not at the app, and words of that page. */
const SIGN_OUTS = {
  'bad-post-logout-redirect-uri': ERROR_WORDS,
  'query-added-to-post-logout-redirect-uri': ERROR_WORDS,
  'modified-id-token-hint': ERROR_WORDS,
  'bad-id-token-hint': ERROR_WORDS,
  'no-id-token-hint': 'Sign out\\?',
  'no-params': DONE_WORDS,
  'only-state': DONE_WORDS,
  'no-post-logout-redirect-uri': DONE_WORDS,
}

type Task = { task: string; match: string; optional?: boolean; commands?: unknown[][] }
type Entry = { match: string; 'match-limit'?: number; tasks: Task[] }

/** Signs in, allows and signs out. `match` takes `*` for anything. */
export function browserTasks(issuer: string, alias: string, account: Account): Entry[] {
  const callback = { task: 'Back at the suite', match: `*/test/a/${alias}/*`, optional: true }
  const done = { ...callback, commands: [['wait', 'id', 'submission_complete', 10]] }
  return [
    { match: `${issuer}/oauth/authorize*`, tasks: [signIn(issuer, account), allow(issuer), done] },
    { match: `${issuer}/oauth/logout*`, tasks: [signOut(issuer), callback] },
  ]
}

/** What single modules have to photograph. */
export function browserOverrides(
  issuer: string,
  alias: string,
  account: Account,
): Record<string, { browser: Entry[] }> {
  const [authorize, logout] = browserTasks(issuer, alias, account) as [Entry, Entry]
  const first = (task: Task, entry: Entry): Entry => ({ ...entry, tasks: [task, ...entry.tasks] })
  const page = (words: string, kind?: string) => photograph(`${issuer}/interaction/*`, words, kind)
  const refusal = { ...authorize, tasks: [photograph(authorize.match, ERROR_WORDS)] }
  const again = first({ ...page('Sign in|Confirm that it is you', '-optional'), optional: true }, authorize)
  const asked = (words: string) => ({ ...authorize, tasks: [signIn(issuer, account), page(words)] })
  const signedOut = (words: string) => {
    const seen = photograph(logout.match, words)
    return { ...logout, tasks: words === DONE_WORDS ? [signOut(issuer), seen] : [seen] }
  }
  const [, , done] = authorize.tasks
  const refused = { ...authorize, tasks: [cancel(issuer), ...(done ? [done] : [])] }
  const opened = { ...authorize, 'match-limit': 1, tasks: [see(issuer)] }
  return Object.fromEntries([
    [REFUSED, { browser: [refused] }],
    [OPENED_TWICE, { browser: [opened, authorize] }],
    ...ERROR_PAGES.map((name) => [name, { browser: [refusal] }]),
    ...SECOND_SIGN_INS.map((name) => [name, { browser: [again, logout] }]),
    ...Object.entries(APP_PAGES).map(([name, words]) => [name, { browser: [asked(words)] }]),
    ...Object.entries(SIGN_OUTS).map(([name, words]) => [
      `oidcc-rp-initiated-logout-${name}`,
      { browser: [authorize, signedOut(words)] },
    ]),
  ])
}

const signIn = (issuer: string, { email, password }: Account): Task => ({
  task: 'Sign in',
  match: `${issuer}/interaction/*`,
  optional: true,
  commands: [
    ['text', 'css', NEW_PERSON, email, 'optional'],
    ['text', 'id', 'field-password', password, 'optional'],
    ['click', 'css', `form[action*="/sign-in"] button.button:not(.button-plain)`, 'optional'],
  ],
})

const allow = (issuer: string): Task => ({
  task: 'Allow',
  match: `${issuer}/interaction/*`,
  optional: true,
  commands: [['click', 'css', 'button[name="decision"][value="allow"]', 'optional']],
})

const cancel = (issuer: string): Task => ({
  task: 'Go back to the app',
  match: `${issuer}/interaction/*`,
  commands: [['click', 'css', 'form[action*="/cancel"] button']],
})

const see = (issuer: string): Task => ({
  task: 'See the sign-in page',
  match: `${issuer}/interaction/*`,
  commands: [['wait', 'id', 'field-password', 10]],
})

const signOut = (issuer: string): Task => ({
  task: 'Sign out',
  match: `${issuer}/oauth/logout*`,
  optional: true,
  commands: [['click', 'css', 'button[name="logout"][value="yes"]', 'optional']],
})

function photograph(match: string, words: string, kind = ''): Task {
  const commands = [['wait', 'xpath', '//*', 10, words, `update-image-placeholder${kind}`]]
  return { task: 'Photograph', match, commands }
}
