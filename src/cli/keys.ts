/** `keys`: the keys that sign tokens. */
import { ensureSigningKeys, listSigningKeys, rotateSigningKeys } from '../oidc/keys/signing-keys.ts'
import type { Rotation } from '../oidc/keys/signing-keys.ts'
import type { Parts } from '../parts.ts'
import type { Answer, Noun } from './command.ts'
import type { Given } from './given.ts'
import { isoTime, table } from './layout.ts'

const noun = 'keys'
const opens = 'schema'

export const keys: Noun = {
  name: noun,
  about: 'Keys that sign tokens',
  commands: [
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists the keys, current ones first; never a private part.',
      examples: ['keys list', 'keys list --json'],
      run: list,
    },
    {
      noun,
      verb: 'rotate',
      opens,
      about:
        'Takes the next step of a rotation: publishes a new key, or lets one published for an hour sign.',
      options: {
        now: {
          about:
            'Do both at once, for a key that has leaked; apps that cache the keys fail until they fetch them.',
        },
      },
      notes: [
        'Run it twice, more than an hour apart (daily from a timer, say): apps then know a key before it signs.',
      ],
      examples: ['keys rotate', 'keys rotate --now --json'],
      run: rotate,
    },
  ],
}

async function list(_given: Given, { db }: Parts): Promise<Answer> {
  const found = (await listSigningKeys(db)).map((key) => ({
    kid: key.kid,
    alg: key.alg,
    use: key.use,
    state: key.state,
    created_at: isoTime(key.createdAtMs),
    activated_at: isoTime(key.activatedAtMs),
    retired_at: isoTime(key.retiredAtMs),
  }))
  const rows = found.map((key) => [
    key.kid,
    key.alg,
    key.state,
    key.activated_at ?? key.created_at,
    key.retired_at,
  ])
  const none = 'No keys yet; the first start of the server makes them.'
  return { data: { keys: found }, text: table(['KID', 'ALG', 'STATE', 'SINCE', 'RETIRED'], rows, none) }
}

async function rotate(given: Given, { db, clock, sealer }: Parts): Promise<Answer> {
  await ensureSigningKeys(db, { clock, sealer })
  const rotations = await rotateSigningKeys(db, { clock, sealer }, { now: given.flag('now') })
  const data = rotations.map(({ alg, kid, outcome, signsFromMs }) => ({
    alg,
    kid,
    outcome,
    signs_from: isoTime(signsFromMs),
  }))
  return { data: { rotations: data }, text: rotations.map(sentence).join('\n') }
}

function sentence({ alg, kid, outcome, signsFromMs }: Rotation): string {
  if (outcome === 'activated') return `${alg}: ${kid} signs from now on.`
  const verb = outcome === 'published' ? 'is published' : 'stays published'
  return `${alg}: ${kid} ${verb}; rotate again after ${isoTime(signsFromMs)} to let it sign.`
}
