/** What the suite's browser does on our pages, in the words of its configuration. */

type Account = { email: string; password: string }

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
            ['text', 'id', 'field-email', email, 'optional'],
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
