/** The commands for other providers, with the events of one run of each. */
import { addUpstream } from '../../src/upstreams/upstream-changes.ts'
import type { EventWorld } from './event-world.ts'

const READS = { none: 'Reads.' }

let upstreams = 0
/** Adds one, and answers its id. */
export async function upstream({ parts }: EventWorld): Promise<string> {
  const id = `upstream-${(upstreams += 1)}`
  const input = { id, label: 'Other', issuer: 'https://id.example.com', client_id: 'here' }
  return (await addUpstream(parts, input, { actor: 'cli' })).id
}

export const UPSTREAM_COMMANDS = {
  'upstream add': {
    run: ({ command }: EventWorld) =>
      command('upstream', 'add', 'google', '--template', 'google', '--client-id', 'here'),
    events: ['upstream.created'] as const,
  },
  'upstream list': READS,
  'upstream show': READS,
  'upstream update': {
    given: upstream,
    run: ({ command }: EventWorld, id: string) => command('upstream', 'update', id, '--disable'),
    events: ['upstream.changed'] as const,
  },
  'upstream test': READS,
  'upstream remove': {
    given: upstream,
    run: ({ command }: EventWorld, id: string) => command('upstream', 'remove', id),
    events: ['upstream.deleted'] as const,
  },
}
