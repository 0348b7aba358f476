import { playMcp } from '../mcp-journey.ts'
import type { Stack } from '../stack.ts'

const python = (file: string) => ['.venv/bin/python', file] as const

export const stack: Stack = {
  title: 'MCP with the Python SDK',
  guide: 'mcp-python',
  toolchain: 'python3',
  packages: ['mcp'],
  play: (world) => playMcp(world, { server: python('server.py'), client: python('client.py') }),
}
