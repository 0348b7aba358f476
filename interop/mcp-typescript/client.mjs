// An MCP client that knows one address, with an OAuth provider in memory as in the SDK's example.
import { createServer } from 'node:http'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const { MCP_URL, PORT } = process.env
const redirectUrl = `http://localhost:${PORT}/callback`
const kept = {}
const authProvider = {
  redirectUrl,
  clientMetadata: {
    client_name: 'Simple OAuth MCP Client',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
  },
  clientInformation: () => kept.client,
  saveClientInformation: (client) => void (kept.client = client),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => void (kept.tokens = tokens),
  redirectToAuthorization: (url) => console.log(`Visit: ${url}`),
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  codeVerifier: () => kept.verifier,
}

const returned = new Promise((resolve) => {
  createServer((request, response) => {
    const code = new URL(request.url, redirectUrl).searchParams.get('code')
    response.end('Back at the client')
    if (code) resolve(code)
  }).listen(Number(PORT))
})

async function call(step) {
  const client = new Client({ name: 'simple-oauth-client', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(MCP_URL), { authProvider })
  try {
    await client.connect(transport)
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error
    await transport.finishAuth(await returned)
    return call(step)
  }
  const { content } = await client.callTool({ name: 'whoami', arguments: {} })
  console.log(`${step}: ${content[0].text}`)
  await client.close()
}

await call('first call')
const before = kept.tokens.access_token
kept.tokens.access_token = 'expired' // the server answers 401, and the SDK refreshes
await call('second call')
console.log(`refreshed: ${kept.tokens.access_token !== before}`)
process.exit(0)
