/** What an MCP client does that nobody registered: finds the account server, registers, sends a person there, calls a tool. */
import { answerPages } from './person.ts'
import type { World } from './stack.ts'

type Programs = { server: readonly string[]; client: readonly string[] }

const SCOPE = 'tools:call'

/** The client prints `Visit: ADDRESS`, then a line for each call and whether it refreshed. */
export async function playMcp(world: World, { server, client }: Programs): Promise<void> {
  const [mcpPort] = world.extraPorts
  const mcpUrl = `http://localhost:${mcpPort}/mcp`
  const resource = await world.cli(
    'resource',
    'create',
    '--identifier',
    mcpUrl,
    '--scope',
    SCOPE,
    '--name',
    'Tools',
  )
  const given = { RESOURCE_ID: resource['client_id'], RESOURCE_SECRET: resource['client_secret'] }
  const env = { ISSUER: world.issuer, MCP_URL: mcpUrl, PORT: String(world.port) }
  await world.start(server, { ...env, ...(given as Record<string, string>) }, mcpPort)
  const program = await world.start(client, env, 0)
  const page = await world.openBrowser()
  await world.step('discovery and registration', async () => {
    await page.goto(await program.line(/Visit: (\S+)/))
  })
  await world.step('sign-in', async () => {
    const met = await answerPages(page, world.issuer, world.person)
    if (met.join() !== 'sign-in,consent') {
      const words = (await page.textContent('body')) ?? ''
      throw new Error(
        `the pages were "${met.join()}", and the browser is at ${page.url()} ${words.slice(0, 300)}`,
      )
    }
  })
  await world.step('API call', async () => {
    await program.line(/first call: sub (\S+)/)
  })
  await world.step('refresh', async () => {
    await program.line(/second call: sub (\S+)/)
    await program.line(/refreshed: (true|True)/)
  })
}
