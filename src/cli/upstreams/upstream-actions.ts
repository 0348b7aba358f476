/** What the commands of `upstream` do. */
import { showUpstream } from '../../api/upstreams/shown-upstream.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { record } from '../../command-line/layout.ts'
import type { Services } from '../../services.ts'
import { countLinks } from '../../upstreams/links.ts'
import { addUpstream, removeUpstream, updateUpstream } from '../../upstreams/upstream-changes.ts'
import { checkUpstream } from '../../upstreams/client/upstream-check.ts'
import type { UpstreamChanges, UpstreamInput } from '../../upstreams/upstream-input.ts'
import { redirectUriOf } from '../../upstreams/client/upstream-client.ts'
import { listUpstreams, theUpstream } from '../../upstreams/upstream.ts'
import type { Upstream } from '../../upstreams/upstream.ts'
import { upstreamAdded, upstreamAnswer, upstreamList, upstreamRemoved } from './upstream-answers.ts'
import { changesIn, idOf, newIn } from './upstream-input.ts'

const CLI = { actor: 'cli' }

export async function add(input: Input, services: Services): Promise<Answer> {
  // Checked together with the other fields.
  const upstream = await addUpstream(services, newIn(input) as UpstreamInput, CLI)
  return upstreamAdded(showUpstream(services.config.issuer, upstream))
}

export async function list(_input: Input, { config, db }: Services): Promise<Answer> {
  const [upstreams, counts] = [await listUpstreams(db), await countLinks(db)]
  return upstreamList(
    upstreams.map((one) => ({ ...showUpstream(config.issuer, one), connected: counts.get(one.id) ?? 0 })),
  )
}

export async function show(input: Input, services: Services): Promise<Answer> {
  return shown(services, await theUpstream(services.db, idOf(input)))
}

export async function update(input: Input, services: Services): Promise<Answer> {
  const changes = changesIn(input) as UpstreamChanges
  return shown(services, await updateUpstream(services, idOf(input), changes, CLI))
}

export async function remove(input: Input, services: Services): Promise<Answer> {
  return upstreamRemoved(await removeUpstream(services, idOf(input), CLI))
}

export async function test(input: Input, services: Services): Promise<Answer> {
  const upstream = await theUpstream(services.db, idOf(input))
  const { faults, exitCode, found } = await checkUpstream(services, upstream)
  const redirectUri = redirectUriOf(services.config.issuer, upstream.id)
  const data = { id: upstream.id, redirect_uri: redirectUri, ...found, faults }
  const lines = faults.length === 0 ? ['It answers as it should.'] : faults.map((fault) => `Fault: ${fault}`)
  return {
    data,
    text: [record({ id: upstream.id, redirect_uri: redirectUri, ...found }), '', ...lines].join('\n'),
    exitCode,
  }
}

function shown({ config }: Services, upstream: Upstream): Answer {
  return upstreamAnswer(showUpstream(config.issuer, upstream))
}
