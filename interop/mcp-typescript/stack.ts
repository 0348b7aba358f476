import { playMcp } from '../mcp-journey.ts'
import type { Stack } from '../stack.ts'

export const stack: Stack = {
  title: 'MCP TypeScript SDK',
  toolchain: 'node',
  packages: ['@modelcontextprotocol/sdk'],
  configuration: [
    'server: mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl }), requireBearerAuth({ verifier, resourceMetadataUrl })',
    'client: new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider })',
  ],
  note: 'The operator sets `CLIENT_REGISTRATION=mcp` and `OPEN_CLIENT_RESOURCES` ([MCP](clients/profiles.md#mcp)).',
  play: (world) => playMcp(world, { server: ['node', 'server.mjs'], client: ['node', 'client.mjs'] }),
}
