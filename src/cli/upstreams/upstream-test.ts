/**
 * What `upstream test` does. It needs the machine of the server: it sends requests from there and prints what went wrong with
 * them. No token should make a server do so.
 */
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { record } from '../../command-line/layout.ts'
import type { Services } from '../../services.ts'
import { checkUpstream } from '../../upstreams/client/upstream-check.ts'
import { redirectUriOf } from '../../upstreams/client/upstream-client.ts'
import { theUpstream } from '../../upstreams/upstream.ts'
import { idOf } from './upstream-input.ts'

export async function test(input: Input, services: Services): Promise<Answer> {
  const upstream = await theUpstream(services.db, idOf(input))
  const { faults, exitCode, found } = await checkUpstream(services, upstream)
  const shown = {
    id: upstream.id,
    redirect_uri: redirectUriOf(services.config.issuer, upstream.id),
    ...found,
  }
  const lines = faults.length === 0 ? ['It answers as it should.'] : faults.map((fault) => `Fault: ${fault}`)
  return { data: { ...shown, faults }, text: [record(shown), '', ...lines].join('\n'), exitCode }
}
