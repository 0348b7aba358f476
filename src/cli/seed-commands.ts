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
      'Nothing, or: conformance FILE, for the clients and the account of the OpenID Foundation suite (docs/conformance.md).',
    many: true,
    optional: true,
  },
  options: {
    force: { about: 'Also in service mode, where everybody knows these passwords.' },
    'app-port': { value: 'PORT', about: 'Where the demo app listens, instead of 8710.' },
    'api-port': { value: 'PORT', about: 'Where the demo resource server listens, instead of 8720.' },
    output: { value: 'FILE', about: 'Writes the JSON there, whole or not at all, and for you alone.' },
  },
  notes: ['A second run changes nothing and prints the same again.'],
  examples: [
    'seed',
    'seed --json',
    'seed --app-port 9710 --api-port 9720',
    'seed conformance suite/seed.json --output suite/clients.json',
  ],
}
