/**
 * `npm run resource -- https://id.example.org:8702 [CERT KEY]`: the resource server of docs/conformance.md, at the
 * `resource_url` of the seed's file. CERT and KEY are PEM files; without them it has the certificate of the account server's
 * own TLS listener.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { loadConfig } from '../../src/settings/config.ts'
import { createBoundResource } from './server.ts'

async function main([address = '', cert, key]: string[]): Promise<void> {
  const url = URL.parse(address)
  if (url?.protocol !== 'https:' || address.endsWith('/'))
    throw new Error('takes the resource_url of the seed file')
  const { issuer, binding } = loadConfig(undefined, { persist: false })
  const identity =
    cert && key ? { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } : binding.listener
  if (!identity) throw new Error('needs files of a certificate and its key after the address')
  const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
  const { jwks_uri: jwksUri } = (await answer.json()) as { jwks_uri: string }
  const server = createBoundResource({ issuer, jwksUri, identifier: url.href, ...identity })
  server.listen(Number(url.port || 443))
  await once(server, 'listening')
  process.stdout.write(`Resource server at ${url.href}\n`)
}

/** fetch says why it failed in its cause alone. */
function withCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return `${error.message}${code}${error.cause === undefined ? '' : `: ${withCauses(error.cause)}`}`
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`resource: ${withCauses(error)}\n`)
  process.exit(1)
})
