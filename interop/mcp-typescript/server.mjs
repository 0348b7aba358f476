// An MCP server that takes access tokens, on the SDK's own middleware; tokens are introspected (RFC 7662).
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import {
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
} from '@modelcontextprotocol/sdk/server/auth/router.js'
import express from 'express'

const { ISSUER, MCP_PORT, MCP_URL, RESOURCE_ID, RESOURCE_SECRET } = process.env
const mcpUrl = new URL(MCP_URL)
const oauthMetadata = await (await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).json()

async function verifyAccessToken(token) {
  const answer = await fetch(oauthMetadata.introspection_endpoint, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${RESOURCE_ID}:${RESOURCE_SECRET}`)}` },
    body: new URLSearchParams({ token }),
  })
  const { active, aud, sub, client_id, scope = '', exp } = await answer.json()
  if (!active || aud !== mcpUrl.href) throw new InvalidTokenError('This token is not for this server')
  return { token, clientId: client_id, scopes: scope.split(' '), expiresAt: exp, extra: { sub } }
}

function createServer() {
  const server = new McpServer({ name: 'tools', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Says who calls' }, ({ authInfo }) => ({
    content: [{ type: 'text', text: `sub ${authInfo.extra.sub}` }],
  }))
  return server
}

const app = express()
app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: mcpUrl, scopesSupported: ['tools:call'] }))
const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(mcpUrl)
const auth = requireBearerAuth({
  verifier: { verifyAccessToken },
  requiredScopes: ['tools:call'],
  resourceMetadataUrl,
})
app.post('/mcp', auth, express.json(), async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
  await createServer().connect(transport)
  await transport.handleRequest(req, res, req.body)
})
app.get('/mcp', auth, (req, res) => res.status(405).end())
app.listen(Number(MCP_PORT))
