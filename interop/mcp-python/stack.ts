import { playMcp } from '../mcp-journey.ts'
import type { Stack } from '../stack.ts'

const python = (file: string) => ['.venv/bin/python', file] as const

export const stack: Stack = {
  title: 'MCP Python SDK',
  toolchain: 'python3',
  packages: ['mcp'],
  configuration: [
    'server: MCPServer(…, token_verifier, auth=AuthSettings(issuer_url="https://id.example.org", resource_server_url))',
    'client: OAuthClientProvider(server_url, OAuthClientMetadata(client_name, redirect_uris), storage, …)',
  ],
  note: 'The operator sets `CLIENT_REGISTRATION=mcp` and `OPEN_CLIENT_RESOURCES` ([MCP](clients/profiles.md#mcp)).',
  play: (world) => playMcp(world, { server: python('server.py'), client: python('client.py') }),
}
