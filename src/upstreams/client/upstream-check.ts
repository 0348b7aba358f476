/** Asks an upstream what can be asked without a person, for the operator who set it up. */
import type { Services } from '../../services.ts'
import { UpstreamFailure } from './upstream-failure.ts'
import { createUpstreamFetch, createUpstreamMetadata } from './upstream-metadata.ts'
import type { UpstreamMetadata } from './upstream-metadata.ts'
import type { Upstream } from '../upstream.ts'

export type UpstreamCheck = {
  found: Record<string, string | number | null>
  faults: string[]
  /** 0 without a fault, 2 when it does not answer, 3 when its metadata does not fit. */
  exitCode: 0 | 2 | 3
}

export async function checkUpstream(
  { config, clock }: Pick<Services, 'config' | 'clock'>,
  upstream: Upstream,
): Promise<UpstreamCheck> {
  const { guard } = config
  const fetch = createUpstreamFetch(guard)
  const metadata = createUpstreamMetadata({ fetch, clock, allowLoopback: guard.allowLoopback })
  try {
    if (upstream.kind === 'oidc') return await checkOpenid(metadata, upstream)
    // Without a code it refuses. Any answer shows that the address is right and can be reached.
    const answer = await fetch(upstream.endpoints.token ?? '', { method: 'POST', statusOnly: true })
    const isThere = answer.status !== 404
    const faults = isThere ? [] : [`token_endpoint: it answers ${answer.status}`]
    return { found: { token_endpoint: answer.status }, faults, exitCode: isThere ? 0 : 3 }
  } catch (error) {
    const isInvalid = error instanceof UpstreamFailure && error.reason === 'invalid'
    const message = error instanceof Error ? error.message : 'unknown'
    return { found: {}, faults: [message], exitCode: isInvalid ? 3 : 2 }
  }
}

async function checkOpenid(metadata: UpstreamMetadata, upstream: Upstream): Promise<UpstreamCheck> {
  const as = await metadata.describe(upstream)
  const keys = await metadata.countKeys(upstream)
  const methods = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const challenges = as.code_challenge_methods_supported
  const faults = [
    ...(as.authorization_endpoint ? [] : ['it has no authorization_endpoint']),
    ...(as.token_endpoint ? [] : ['it has no token_endpoint']),
    ...(keys > 0 ? [] : ['it publishes no keys']),
    ...(methods.includes(upstream.authMethod)
      ? []
      : [`token_endpoint_auth_method: it takes ${methods.join(', ')}; got ${upstream.authMethod}`]),
    ...(challenges && !challenges.includes('S256') ? ['it takes no code_challenge_method S256'] : []),
  ]
  const found = {
    issuer: as.issuer,
    authorization_endpoint: as.authorization_endpoint ?? null,
    end_session_endpoint: as.end_session_endpoint ?? null,
    backchannel_logout: as.backchannel_logout_supported === true ? 'yes' : 'no',
    keys,
  }
  return { found, faults, exitCode: faults.length > 0 ? 3 : 0 }
}
