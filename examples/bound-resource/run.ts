/**
 * `npm run resource -- https://id.example.org:8702`: the resource server of docs/conformance.md, at the `resource_url` of
 * the seed's file, with the certificate of the account server's own TLS listener.
 */
import { once } from 'node:events'
import { loadConfig } from '../../src/config.ts'
import { createBoundResource } from './server.ts'

const [address = ''] = process.argv.slice(2)
const url = URL.parse(address)

if (url?.protocol !== 'https:' || address.endsWith('/'))
  throw new TypeError('takes the resource_url of the seed')

const { issuer, binding } = loadConfig(undefined, { persist: false })
if (!binding.listener) throw new TypeError('needs ACCOUNT_SERVER_MTLS_PORT, _CERT_FILE and _KEY_FILE')

const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
const { jwks_uri: jwksUri } = (await answer.json()) as { jwks_uri: string }
const server = createBoundResource({ issuer, jwksUri, identifier: url.href, ...binding.listener })
server.listen(Number(url.port || 443))
await once(server, 'listening')
process.stdout.write(`Resource server at ${url.href}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
