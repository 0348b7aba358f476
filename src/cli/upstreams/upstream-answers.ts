/** What the commands about upstreams print, wherever they read it. */
import type { Answer } from '../../command-line/command.ts'
import { record, table } from '../../command-line/layout.ts'

export type ShownUpstream = {
  id: string
  label: string
  kind: string
  enabled: boolean
  sign_up: string
  issuer: string | null
  authorization_endpoint: string | null
  parameters: Readonly<Record<string, string>>
  mapping: Readonly<Record<string, string>>
}

export function upstreamAnswer(upstream: ShownUpstream): Answer {
  const data = dataOf(upstream)
  return { data, text: record(data) }
}

export function upstreamAdded(upstream: ShownUpstream): Answer {
  const { data, text } = upstreamAnswer(upstream)
  const next = 'Register the redirect address at the provider, and those for sign-outs where it knows them.'
  return { data, text: `${text}\n\n${next}` }
}

export function upstreamList(upstreams: readonly (ShownUpstream & { connected: number })[]): Answer {
  const rows = upstreams.map((one) => [
    one.id,
    one.label,
    one.kind,
    one.enabled ? 'on' : 'off',
    String(one.connected),
    one.sign_up,
    one.issuer ?? one.authorization_endpoint ?? '',
  ])
  const head = ['ID', 'LABEL', 'KIND', 'STATE', 'CONNECTED', 'SIGN-UP', 'PROVIDER']
  return { data: { upstreams: upstreams.map(dataOf) }, text: table(head, rows, 'No upstreams.') }
}

export function upstreamRemoved({ id, label }: Pick<ShownUpstream, 'id' | 'label'>): Answer {
  return { data: { id, label, deleted: true }, text: `Removed ${label} (${id}).` }
}

function dataOf<Upstream extends ShownUpstream>(upstream: Upstream) {
  return {
    ...upstream,
    parameters: JSON.stringify(upstream.parameters),
    mapping: JSON.stringify(upstream.mapping),
  }
}
