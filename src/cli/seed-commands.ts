/** `seed`: development data, or what the official conformance suite needs, from seeds/. */
import type { Described, Noun } from '../command-line/command.ts'
import type { ReplaceToken } from '../../seeds/conformance.ts'

const actions = () => import('./seed-actions.ts')

/** `replaceToken` is absent where clients cannot register themselves. */
export function seedNoun(replaceToken?: ReplaceToken): Noun {
  return {
    name: 'seed',
    about: 'Development data, or what the official conformance suite needs',
    commands: [
      {
        ...described,
        opens: 'schema',
        run: async (...args) => (await actions()).seed(...args, replaceToken),
      },
    ],
  }
}

const described: Described = {
  noun: 'seed',
  about: 'Adds sample people, a demo app and a demo resource server, and prints how to use them.',
  operand: {
    name: 'WHAT',
    about:
      'conformance FILE: the clients and the account for the OpenID Foundation suite (docs/conformance.md).',
    many: true,
    optional: true,
  },
  options: {
    force: { about: 'Seeds in service mode as well. The passwords are public.' },
    'app-port': { value: 'PORT', about: 'Where the demo app listens, instead of 8710.' },
    'api-port': { value: 'PORT', about: 'Where the demo resource server listens, instead of 8720.' },
    output: {
      value: 'FILE',
      about: 'Writes the JSON to this file, readable by you alone. A failure leaves the file unchanged.',
    },
  },
  notes: ['A second run changes nothing and prints the same.'],
  examples: [
    'seed',
    'seed --json',
    'seed --app-port 9710 --api-port 9720',
    'seed conformance suite/seed.json --output suite/clients.json',
  ],
}
