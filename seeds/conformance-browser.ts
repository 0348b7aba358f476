/** What the suite's browser does on our pages, in the words of its configuration. */

type Account = { email: string; password: string }

// Where somebody only has to confirm who they are, the address stands there and cannot be typed.
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

/** Signs in, allows and signs out. `match` takes `*` for anything. */
export function browserTasks(issuer: string, alias: string, { email, password }: Account): object[] {
  const callback = { task: 'Back at the suite', match: `*/test/a/${alias}/*`, optional: true }
  const done = { ...callback, commands: [['wait', 'id', 'submission_complete', 10]] }
  return [
    {
      match: `${issuer}/oauth/authorize*`,
      tasks: [
        {
          task: 'Sign in',
          match: `${issuer}/interaction/*`,
          optional: true,
          commands: [
            ['text', 'css', NEW_PERSON, email, 'optional'],
            ['text', 'id', 'field-password', password, 'optional'],
            ['click', 'css', `form[action*="/sign-in"] button.button`, 'optional'],
          ],
        },
        {
          task: 'Allow',
          match: `${issuer}/interaction/*`,
          optional: true,
          commands: [['click', 'css', 'button[name="decision"][value="allow"]', 'optional']],
        },
        done,
      ],
    },
    {
      match: `${issuer}/oauth/logout*`,
      tasks: [
        {
          task: 'Sign out',
          match: `${issuer}/oauth/logout*`,
          optional: true,
          commands: [['click', 'css', 'button[name="logout"][value="yes"]', 'optional']],
        },
        callback,
      ],
    },
  ]
}

/** What single modules have to photograph. */
export function browserOverrides(issuer: string, alias: string, account: Account): Record<string, object> {
  const [authorize = {}, ...others] = browserTasks(issuer, alias, account)
  const errorPage = {
    match: `${issuer}/oauth/authorize*`,
    tasks: [photograph('Error page', `${issuer}/oauth/authorize*`, 'If you ask for help, quote')],
  }
  const again = {
    ...authorize,
    tasks: [
      {
        ...photograph(
          'Second sign-in',
          `${issuer}/interaction/*`,
          'Sign in|Confirm that it is you',
          '-optional',
        ),
        optional: true,
      },
      ...('tasks' in authorize ? (authorize.tasks as object[]) : []),
    ],
  }
  return Object.fromEntries([
    ...ERROR_PAGES.map((name) => [name, { browser: [errorPage] }]),
    ...SECOND_SIGN_INS.map((name) => [name, { browser: [again, ...others] }]),
  ])
}

function photograph(task: string, match: string, words: string, kind = '') {
  return { task, match, commands: [['wait', 'xpath', '//*', 10, words, `update-image-placeholder${kind}`]] }
}
