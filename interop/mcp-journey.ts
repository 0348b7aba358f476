/** What an MCP client does that nobody registered: finds the account server, registers, sends a person there, calls a tool. */
import { answerPages } from './person.ts'
import type { Answer, World } from './stack.ts'

type Programs = { server: readonly string[]; client: readonly string[] }
type Variables = Record<string, string>

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
  await world.step('mistakes', () => expectMistakes(world, programs, env))
}

function variablesOf(world: World, { client_id = '', client_secret = '' }: Answer): Variables {
  return {
    ISSUER: world.issuer,
    MCP_URL: `http://localhost:${world.toolsPort}/mcp`,
    PORT: String(world.port),
    RESOURCE_ID: client_id,
    RESOURCE_SECRET: client_secret,
  }
}

/** In the order of the guide: no open registration, another address than that of the resource, and a wrong secret. */
async function expectMistakes(world: World, programs: Programs, env: Variables): Promise<void> {
  const wrong: readonly Variables[] = [
    { ...env, ISSUER: await world.startClosedServer() },
    { ...env, MCP_URL: `http://127.0.0.1:${world.toolsPort}/mcp` },
    { ...env, RESOURCE_SECRET: 'of-another-server' },
  ]
  const others: string[] = []
  for (const [index, message] of world.guide.messages.entries()) {
    const seen = await whatIsSeen(world, programs, wrong[index] ?? env, message)
    if (!seen.includes(message))
      others.push(`the guide says "${message}", and there is: ${seen.slice(-1500)}`)
  }
  if (others.length > 0) throw new Error(others.join('; '))
}

async function whatIsSeen(world: World, { server, client }: Programs, env: Variables, message: string) {
  const running = [await world.start(server, env, world.toolsPort), await world.start(client, env, 0)]
  const page = await world.openBrowser()
  const seen: string[] = []
  try {
    const visit = await Promise.race([running[1]?.line(/Visit: (\S+)/), running[1]?.ended])
    if (typeof visit === 'string') {
      await page.goto(visit)
      await answerPages(page, world.issuer, world.person)
    }
  } catch (error) {
    seen.push((error as Error).message)
  }
  const now = async () => {
    const text = await page.textContent('body').catch(() => '')
    return [...seen, decodeURIComponent(page.url()), text, ...running.map((one) => one.output())]
      .join(' ')
      .replaceAll(/\s+/g, ' ')
  }
  for (let tries = 0; tries < 50 && !(await now()).includes(message); tries += 1)
    await page.waitForTimeout(100)
  const all = await now()
  await page.context().close()
  for (const one of running) await one.stop()
  return all
}
