/** `seed`: development data, from seeds/. */
import { createAccountNeeds } from '../account-features.ts'
import { AppError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Answer, Noun } from './command.ts'
import type { Given } from './given.ts'
import { record, table } from './layout.ts'

export const seed: Noun = {
  name: 'seed',
  about: 'Development data: sample people, a demo app, a demo resource server',
  commands: [
    {
      noun: 'seed',
      opens: 'schema',
      about: 'Adds sample people, a demo app and a demo resource server, and prints how to use them.',
      options: { force: { about: 'Also in service mode, where everybody knows these passwords.' } },
      notes: ['A second run changes nothing and prints the same again.'],
      examples: ['seed', 'seed --json'],
      run,
    },
  ],
}

async function run(given: Given, parts: Parts): Promise<Answer> {
  const { config } = parts
  if (config.mode === 'service' && !given.flag('force'))
    throw new AppError(
      'seed_refused',
      403,
      'seed is for development: its passwords are public; --force does it anyway',
    )
  // Only here, so that an installation may leave the folder out.
  const { seedDevelopment } = await import('../../seeds/development.ts')
  const seeded = await seedDevelopment({ ...createAccountNeeds(parts), sealer: parts.sealer })
  const { accounts, client, resource, changed } = seeded
  const app = ['client_id', 'client_secret', 'redirect_uris', 'post_logout_redirect_uris', 'scope'] as const
  const text = [
    changed ? 'Development data is in place.' : 'Development data was in place already; nothing changed.',
    '',
    'People (as seeded; a password changed since is not put back)',
    table(
      ['E-MAIL', 'PASSWORD', 'NAME'],
      accounts.map((one) => [one.email, one.password, one.name]),
      '',
    ),
    '',
    'Demo app',
    record({ issuer: config.issuer, ...Object.fromEntries(app.map((name) => [name, client[name]])) }),
    '',
    'Demo resource server (introspects with these)',
    record(resource),
  ]
  return { data: { issuer: config.issuer, accounts, client, resource, changed }, text: text.join('\n') }
}
