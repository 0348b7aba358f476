/** Who may call which operation. The rows are the API's own description, so that a new operation is in it at once. */
import { expect } from 'chai'
import { grantRole } from '../../src/accounts/roles.ts'
import type { ApiScope } from '../../src/operations/scopes.ts'
import type { Caller } from '../../src/operations/operation.ts'
import { passkeysOf } from '../../src/accounts/passkeys/passkey.ts'
import { addTrusted } from '../factors/trusted.ts'
import { addKey } from '../passkeys/on-pages.ts'
import { ONE_STAGE } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { ALL_SCOPES, call, createCaller, tokensLackingOne } from './caller.ts'

type Described = { operationId: string; 'x-caller': Caller; security: [{ oauth2: [ApiScope] }] }
type Row = { method: string; path: string; id: string; caller: Caller; scope: ApiScope }
type Tokens = { person: string; administrator: string; program: string; elsewhere: string }

const REFUSED: Record<Caller, Partial<Record<keyof Tokens, string>>> = {
  person: { program: 'person_required' },
  program: { person: 'client_token_required', administrator: 'client_token_required' },
  administrator: { person: 'administrator_required' },
}

for (const { name, stage: open } of ONE_STAGE)
  describe(`the API and everybody who may call it, on two processes with ${name}`, function () {
    let stage: Stage
    let rows: Row[]
    let tokens: Tokens
    let lacking: Map<ApiScope, string>
    /** A session, an app, a trusted browser and a passkey of another person. */
    const foreign: Record<string, string> = {}
    /** What is sent to them, where it is not nothing. */
    const bodies: Record<string, object> = { renameOwnPasskey: { name: 'Mine' } }

    before(async () => {
      stage = await open()
      rows = rowsOf((await call(stage, 'GET', '/openapi.json')).json())
      const api = await createCaller(stage, ALL_SCOPES)
      const [person, administrator, other] = await Promise.all([
        stage.person(),
        stage.person(),
        stage.person(),
      ])
      await grantRole(stage.parts.db, administrator.id, 'admin')
      const { access_token: elsewhere } = await api.party.tokensFor(person)
      tokens = {
        person: await api.tokenOf(person),
        administrator: await api.tokenOf(administrator),
        program: await api.ownToken(),
        elsewhere,
      }
      lacking = await tokensLackingOne(stage)
      const theirs = await api.tokenOf(other)
      const sessions = (await call(stage, 'GET', '/account/sessions', { token: theirs })).json()
      foreign['/account/sessions/{id}'] = (sessions as { items: { id: string }[] }).items[0]!.id
      const second = await createCaller(stage, ['account:read'])
      await second.tokenOf(other)
      foreign['/account/apps/{client_id}'] = second.party.clientId
      foreign['/account/trusted-browsers/{id}'] = await addTrusted(stage.parts.db, other.id)
      await addKey(stage.parts, other.id)
      const [{ id: passkeyId } = { id: '' }] = await passkeysOf(stage.parts.db, other.id)
      for (const verb of ['', '/remove']) foreign[`/account/factors/passkeys/{id}${verb}`] = passkeyId
    })

    const answer = async ({ method, path }: Row, token?: string) => {
      const body = ['POST', 'PUT', 'PATCH'].includes(method) ? { body: { surplus: true } } : {}
      const to = path.replaceAll(/\{\w+\}/g, 'nobody')
      return call(stage, method, to, { ...body, ...(token !== undefined && { token }) })
    }
    const told = async (row: Row, token?: string) => {
      const { status, text } = await answer(row, token)
      const { code } = (text === '' ? {} : JSON.parse(text)) as { code?: string }
      return `${status} ${code}`
    }

    it('describes every operation with its caller and its scope', () => {
      expect(rows.length).to.be.greaterThan(30)
      for (const row of rows) expect(ALL_SCOPES, row.id).to.include(row.scope)
      expect(new Set(rows.map(({ id }) => id)).size).to.equal(rows.length)
    })

    it('refuses everybody without a token that is good here [S-3.41]', async () => {
      for (const row of rows) {
        expect(await told(row), row.id).to.equal('401 unauthorized')
        expect(await told(row, 'wrong'), row.id).to.equal('401 invalid_token')
        expect(await told(row, tokens.elsewhere), row.id).to.equal('401 invalid_token')
      }
    })

    it('refuses every token that lacks the scope [S-3.42]', async () => {
      for (const row of rows)
        expect(await told(row, lacking.get(row.scope)), row.id).to.equal('403 insufficient_scope')
    })

    it('takes the callers that an operation is for, and no others [S-3.42]', async () => {
      for (const row of rows)
        for (const who of ['person', 'administrator', 'program'] as const) {
          const refusal = REFUSED[row.caller][who]
          const said = await told(row, tokens[who])
          if (refusal) expect(said, `${row.id} by ${who}`).to.equal(`403 ${refusal}`)
          else expect(said, `${row.id} by ${who}`).not.to.match(/^(401|403|5\d\d)/)
        }
    })

    it('opens nothing of another person by its id [S-3.43]', async () => {
      for (const row of rows.filter(({ caller, path }) => caller === 'person' && path.includes('{'))) {
        const id = foreign[row.path]
        expect(id, `name something of another person for ${row.path}`).to.be.a('string')
        const path = row.path.replace(/\{\w+\}/, id!)
        const body = bodies[row.id]
        const given = { token: tokens.person, ...(body && { body }) }
        const { status, text } = await call(stage, row.method, path, given)
        expect(status, `${row.id}: ${text}`).to.equal(404)
      }
    })
  })

function rowsOf(document: Record<string, unknown>): Row[] {
  const paths = document['paths'] as Record<string, Record<string, Described>>
  return Object.entries(paths).flatMap(([path, methods]) =>
    // The document itself is for everybody.
    Object.entries(methods)
      .filter(([, one]) => one['x-caller'] !== undefined)
      .map(([method, one]) => ({
        method: method.toUpperCase(),
        path,
        id: one.operationId,
        caller: one['x-caller'],
        scope: one.security[0].oauth2[0],
      })),
  )
}
