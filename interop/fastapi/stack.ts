import type { Answer, Stack, World } from '../stack.ts'

const SCOPE = 'notes:read'

export const stack: Stack = {
  title: 'An API with FastAPI',
  guide: 'fastapi',
  toolchain: 'python3',
  packages: ['fastapi', 'PyJWT', 'uvicorn'],
  async play(world) {
    const [, job = {}] = await world.setUp()
    const env = { ISSUER: world.issuer, API: world.api, PORT: String(world.port) }
    await world.start(['.venv/bin/python', 'app.py'], env)
    const token = await tokenOf(world, job, world.api, SCOPE)
    await world.step('API call', async () => {
      const answer = await call(world, token)
      expect(answer, 200, '"scope":"notes:read"')
      const arrived = Object.keys(JSON.parse(answer.text) as object)
      if (arrived.toSorted().join() !== world.guide.claims.toSorted().join())
        throw new Error(`the guide promises ${world.guide.claims.join()}, and there is ${arrived.join()}`)
    })
    await world.step('mistakes', async () => {
      const [opaque, other, scope] = world.guide.messages
      expect(await call(world, 'opaque-as-by-default'), 401, opaque)
      expect(await call(world, await tokenForAnotherApi(world)), 401, other)
      expect(await call(world, token, 'POST'), 403, scope)
      expect(await call(world, undefined), 401, 'Not authenticated')
    })
  },
}

type Seen = { status: number; text: string }

async function call(world: World, token: string | undefined, method = 'GET'): Promise<Seen> {
  const headers = token ? { Authorization: `Bearer ${token}` } : undefined
  const answer = await fetch(`${world.origin}/notes`, { method, headers })
  return { status: answer.status, text: await answer.text() }
}

function expect({ status, text }: Seen, wanted: number, words = ''): void {
  if (status !== wanted || !text.includes(words)) throw new Error(`${wanted} ${words} is ${status} ${text}`)
}

async function tokenOf(
  world: World,
  { client_id, client_secret }: Answer,
  resource: string,
  scope: string,
): Promise<string> {
  const credentials = btoa(`${client_id}:${client_secret}`)
  const answer = await fetch(`${world.issuer}/oauth/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }),
  })
  const { access_token: token } = (await answer.json()) as { access_token?: string }
  if (!token) throw new Error(`no token: ${answer.status}`)
  return token
}

async function tokenForAnotherApi(world: World): Promise<string> {
  const identifier = `${world.api}other`
  await world.cli('resource', 'create', '--identifier', identifier, '--scope', SCOPE, '--format', 'jwt')
  const machine = ['--name', 'Other job', '--grant-type', 'client_credentials']
  const client = await world.cli('client', 'create', ...machine, '--resource', identifier, '--scope', SCOPE)
  return tokenOf(world, client, identifier, SCOPE)
}
