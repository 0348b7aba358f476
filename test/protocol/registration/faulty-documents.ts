/** Documents of clients that a server refuses: what is wrong with each, and how it is published. */
import type { DocumentHost } from './document-host.ts'

export const FAULTY: [fault: string, publish: (host: DocumentHost, issuer: string) => string][] = [
  ['is not there', (host) => `${host.origin}/missing.json`],
  [
    'redirects',
    (host) => host.publish('/moved.json', {}, { status: 302, headers: { location: '/good.json' } }),
  ],
  ['names another client_id', (host) => host.describe('/other.json', { client_id: 'https://example.com/' })],
  [
    'asks for a secret',
    (host) => host.describe('/secret.json', { token_endpoint_auth_method: 'client_secret_basic' }),
  ],
  ['holds a secret', (host) => host.describe('/held.json', { client_secret: 'x' })],
  ['is served as a page', (host) => host.describe('/page.json', {}, { 'content-type': 'text/html' })],
  ['is a list', (host) => host.publish('/list.json', [])],
  ['is larger than 64 KiB', (host) => host.describe('/large.json', { client_name: 'x'.repeat(70_000) })],
  [
    'has a redirect to a script',
    (host) => host.describe('/script.json', { redirect_uris: ['javascript:x()'] }),
  ],
  [
    'has a plain http redirect',
    (host) => host.describe('/http.json', { redirect_uris: ['http://evil.example/'] }),
  ],
  ['has a logo that is a script', (host) => host.describe('/logo.json', { logo_uri: 'javascript:x()' })],
  [
    'has a front-channel script',
    (host) => host.describe('/front.json', { frontchannel_logout_uri: 'javascript:x()' }),
  ],
  ['has an address longer than its column', (host) => host.describe(`/${'x'.repeat(300)}.json`)],
  ['is on this server itself', (_, issuer) => `${issuer.replace('http:', 'https:')}/client.json`],
]
