// Serves the page, and the library's build for browsers.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const { ISSUER, PORT, CLIENT_ID } = process.env
const library = 'node_modules/oidc-client-ts/dist/browser/oidc-client-ts.js'
const files = {
  '/': ['text/html', readFileSync('index.html')],
  '/oidc-client-ts.js': ['text/javascript', readFileSync(library)],
  '/settings': ['application/json', JSON.stringify({ issuer: ISSUER, clientId: CLIENT_ID })],
}
createServer((request, response) => {
  const [type, body] = files[new URL(request.url, 'http://localhost').pathname] ?? []
  if (!body) return response.writeHead(404).end()
  response.writeHead(200, { 'Content-Type': type }).end(body)
}).listen(Number(PORT))
