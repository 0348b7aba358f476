/** What a stack is given while it is played: the addresses of this run, the operator's commands, programs and browsers. */
import { openBrowser } from '../test/support/browser.ts'
import { freePort } from '../test/support/service-process.ts'
import { ADDRESSES, readGuide } from './guide.ts'
import { startProgram } from './programs.ts'
import { PERSON, startAccountServer } from './server.ts'
import type { Answer, Stack, World } from './stack.ts'

export type Ports = readonly [app: number, tools: number, api: number]
export type AccountServer = Awaited<ReturnType<typeof startAccountServer>>

type Parts = {
  folder: string
  stack: Stack
  ports: Ports
  server: AccountServer
  /** Gets what has to end when the stack has been played. */
  ends: (() => Promise<unknown>)[]
}

const STEP_WITHIN_MS = 60_000

export function createWorld({ folder, stack, ports, server, ends }: Parts): World {
  const [port, toolsPort] = ports
  return {
    ...addressesOf(server, stack, ports),
    folder,
    person: PERSON,
    port,
    toolsPort,
    cli: server.cli,
    async start(command, env, listens = port) {
      const program = await startProgram(command, folder, env, listens || undefined)
      ends.push(program.stop)
      return program
    },
    async startClosedServer() {
      const closed = await startAccountServer(await freePort())
      ends.push(closed.stop)
      return closed.issuer
    },
    step: async (_, does) => does(),
    async openBrowser() {
      const { context, page } = await openBrowser()
      ends.push(() => context.close())
      context.setDefaultTimeout(STEP_WITHIN_MS)
      return page
    },
  }
}

/** The addresses of this run in place of those of the guide. */
function addressesOf({ issuer, cli }: AccountServer, stack: Stack, [port, toolsPort, apiPort]: Ports) {
  const origin = `http://localhost:${port}`
  const api = `http://localhost:${apiPort}/`
  const put = (text: string) =>
    text
      .replaceAll(ADDRESSES.issuer, issuer)
      .replaceAll(ADDRESSES.app, origin)
      .replaceAll(ADDRESSES.api, api)
      .replaceAll(ADDRESSES.tools, `http://localhost:${toolsPort}`)
  const guide = readGuide(stack.guide, put)
  const setUp = async () => {
    const answers: Answer[] = []
    for (const words of guide.commands) answers.push(await cli(...words))
    return answers
  }
  return { issuer, origin, api, put, guide, setUp }
}
