/** `keys`: the keys that sign tokens and decrypt requests, and the data keys that seal these and more in SQL. */
import { DECRYPTION_ALGS, SIGNING_ALGS } from '../../platform/algorithms.ts'
import type { Noun } from '../../command-line/command.ts'
import type { Parts } from '../../process/start/parts.ts'

const actions = () => import('./keys-actions.ts')
const dataKeyActions = () => import('./data-key-actions.ts')

const noun = 'keys'
const ALGS = [...SIGNING_ALGS, ...DECRYPTION_ALGS]
const opens = 'api'

export const keys: Noun<Parts> = {
  name: noun,
  about: 'Keys that sign, encrypt and seal',
  commands: [
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists the keys that sign, encrypt and seal, current ones first. Never shows a private part.',
      examples: ['keys list', 'keys list --json'],
      run: async (...args) => (await actions()).list(...args),
    },
    {
      noun,
      verb: 'rotate',
      opens,
      about:
        'Takes the next step of a rotation: publishes new keys, or signs with those published for an hour.',
      options: {
        alg: {
          value: 'ALG',
          about: `The keys of one algorithm alone: ${ALGS.join(', ')}.`,
        },
        now: {
          about:
            'Does both at once, for a leaked key. Apps with cached keys fail until they fetch the new ones.',
        },
      },
      notes: [
        'A worker rotates by itself every SIGNING_KEY_ROTATION_DAYS. By hand: run it twice, more than an hour apart.',
      ],
      examples: ['keys rotate', 'keys rotate --now --json', 'keys rotate --now --alg RS256'],
      run: async (...args) => (await actions()).rotate(...args),
    },
    {
      noun,
      verb: 'list-sealed',
      opens: 'schema',
      about: 'Lists the data keys and how much each has sealed. It counts in whole tables.',
      notes: ['A key with the state unknown has sealed something and is missing in DATA_KEYS.'],
      examples: ['keys list-sealed', 'keys list-sealed --json'],
      run: async (...args) => (await dataKeyActions()).listSealed(...args),
    },
    {
      noun,
      verb: 'reseal',
      opens: 'schema',
      about: 'Seals everything again with the first of DATA_KEYS, so that the others can be removed.',
      notes: [
        'Give the new data key to every process first. You can interrupt the command and run it again; servers keep running.',
      ],
      examples: ['keys reseal', 'keys reseal --json'],
      run: async (...args) => (await dataKeyActions()).reseal(...args),
    },
  ],
}
