/** What an MCP client does that nobody registered: finds the account server, registers, sends a person there, calls a tool. */
import { answerPages } from './person.ts'
import type { Answer, World } from './stack.ts'
import { expectMessages, otherLoopback, seenAtEnd } from './web-journey.ts'
import type { Trial } from './web-journey.ts'

type Programs = { server: readonly string[]; client: readonly string[] }
type Variables = ReturnType<typeof variablesOf>

/** The client prints `Visit: ADDRESS`, then a line for each call and whether it refreshed. */
export async function playMcp(world: World, programs: Programs): Promise<void> {
  const [resource = {}] = await world.setUp()
  const env = variablesOf(world, resource)
  const server = await world.start(programs.server, env, world.toolsPort)
  const program = await world.start(programs.client, env, 0)
  const page = await world.openBrowser()
  await world.step('discovery and registration', async () => {
    await page.goto(await program.line(/Visit: (\S+)/))
  })
  await world.step('sign-in', async () => {
    const met = await answerPages(page, world.issuer, world.person)
    if (met.join() !== 'sign-in,consent') {
      const words = (await page.textContent('body')) ?? ''
      throw new Error(
        `the pages were "${met.join()}", the browser is at ${page.url()} ${words.slice(0, 300)}`,
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
  await program.stop()
  await server.stop()
  await world.step('mistakes', () => expectMessages(world.guide.messages, trialsOf(world, programs, env)))
}

function variablesOf(world: World, { client_id = '', client_secret = '' }: Answer) {
  return {
    ISSUER: world.issuer,
    MCP_URL: `http://localhost:${world.toolsPort}/mcp`,
    MCP_PORT: String(world.toolsPort),
    PORT: String(world.port),
    RESOURCE_ID: client_id,
    RESOURCE_SECRET: client_secret,
  }
}

/** In the order of the guide: no open registration, another address than that of the resource, and a wrong secret. */
function trialsOf(world: World, programs: Programs, env: Variables): Trial[] {
  const call = (wrong: Partial<Variables>, message: string) =>
    tryVariables(world, programs, { ...env, ...wrong }, message)
  return [
    async (message) => call({ ISSUER: await world.startClosedServer() }, message),
    (message) => call({ MCP_URL: otherLoopback(env.MCP_URL) }, message),
    (message) => call({ RESOURCE_SECRET: 'of-another-server' }, message),
  ]
}

async function tryVariables(
  world: World,
  { server, client }: Programs,
  env: Variables,
  message: string,
): Promise<string> {
  const programs = [await world.start(server, env, world.toolsPort), await world.start(client, env, 0)]
  const page = await world.openBrowser()
  const failures: string[] = []
  try {
    const visit = await Promise.race([programs[1]?.line(/Visit: (\S+)/), programs[1]?.ended])
    if (typeof visit === 'string') {
      await page.goto(visit)
      await answerPages(page, world.issuer, world.person)
    }
  } catch (error) {
    failures.push((error as Error).message)
  }
  return seenAtEnd({ page, programs, failures, message })
}
