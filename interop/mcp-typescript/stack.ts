import { playMcp } from '../mcp-journey.ts'
import type { Stack } from '../stack.ts'

export const stack: Stack = {
  title: 'MCP with the TypeScript SDK',
  guide: 'mcp-typescript',
  toolchain: 'node',
  packages: ['@modelcontextprotocol/sdk'],
  play: (world) => playMcp(world, { server: ['node', 'server.mjs'], client: ['node', 'client.mjs'] }),
}
