import { expect } from 'chai'
import type { Place } from './command-line.ts'
import { PLACES } from './command-line.ts'
import { serverAt, until } from './server-at.ts'
import type { ServerAt } from './server-at.ts'

for (const [name, openPlace] of Object.entries(PLACES)) {
  describe(`The command line beside a running server on ${name}`, () => {
    let place: Place
    let server: ServerAt | undefined
    let origin: string

    before(async () => {
      place = await openPlace()
      server = await serverAt(place)
      origin = server.origin
    })
    after(async () => {
      await server?.stop()
      await place.remove()
    })

    const post = async (path: string, id: string, secret: string, form: Record<string, string>) => {
      const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
      const body = new URLSearchParams(form)
      const response = await fetch(origin + path, { method: 'POST', headers: { authorization }, body })
      return (await response.json()) as Record<string, unknown>
    }

    it('registers a machine and a resource server that work at once, and stops them within about a second', async () => {
      const api = await place.json(
        'resource create --identifier https://api.example.com/ --scope ledger:read'.split(' '),
      )
      const job = await place.json(
        'client create --name Job --grant-type client_credentials --resource https://api.example.com/ --scope ledger:read'.split(
          ' ',
        ),
      )
      const form = {
        grant_type: 'client_credentials',
        resource: 'https://api.example.com/',
        scope: 'ledger:read',
      }
      const ask = () => post('/oauth/token', job.client_id, job.client_secret, form)
      const { access_token: token } = await ask()
      const introspected = await post('/oauth/introspect', api.client_id, api.client_secret, {
        token: String(token),
      })
      expect(introspected).to.include({ active: true, client_id: job.client_id, scope: 'ledger:read' })

      await place.json(['client', 'disable', job.client_id])
      await until(async () => (await ask()).error === 'invalid_client')
      await place.json(['client', 'enable', job.client_id])
      await until(async () => typeof (await ask()).access_token === 'string')
    })

    it('rotates the signing keys that the server publishes, without a restart', async () => {
      const { rotations } = await place.json(['keys', 'rotate'])
      // Encryption keys that are next decrypt already, but are not offered yet.
      const signing = rotations.filter(({ alg }) => /^((ES|RS|PS)256|EdDSA)$/.test(alg))
      const kids = signing.map(({ kid }) => kid)
      expect(kids).to.have.lengthOf(4)
      await until(async () => {
        const { keys } = (await (await fetch(`${origin}/oauth/jwks`)).json()) as { keys: { kid: string }[] }
        return kids.every((kid) => keys.some((key) => key.kid === kid))
      })
    })
  })
}
