import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import { z } from 'zod'
import { FEATURES } from '../../src/features.ts'
import { openApiDocument } from '../../src/operations/openapi.ts'
import { operation } from '../../src/operations/operation.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { apiRoutes } from '../../src/operations/operations.routes.ts'
import type { ApiNeeds } from '../../src/operations/operations.routes.ts'
import { openPagelessSite } from '../../src/process/pageless-provider.ts'
import { sqliteStage } from '../provider/stage.ts'
import { readDocument } from './described.ts'
import type { Described } from './described.ts'

describe('the OpenAPI document', () => {
  let described: Described

  before(async () => {
    described = await readDocument(await sqliteStage())
  })

  it('is valid by the schema of OpenAPI 3.1', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(structuredClone(described.document))
    expect(valid, JSON.stringify(errors, null, 2)).to.equal(true)
    expect(validator.version).to.equal('3.1')
  })

  it('has every route of the router, and no other', async () => {
    const { parts } = await sqliteStage()
    const site = await openPagelessSite(parts)
    const operations = FEATURES.flatMap((build) => build(parts).api?.(site) ?? [])
    const { stack } = apiRoutes({} as ApiNeeds, operations, {})
    const routes = stack
      .filter(({ path }) => !String(path).includes('*'))
      .flatMap(({ methods, path }) => methods.map((method) => `${method} ${String(path)}`))
      .filter((route) => !route.startsWith('HEAD '))
    const documented = described.operations.map(
      ({ method, path }) => `${method.toUpperCase()} /api/v1${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    )
    expect(documented.toSorted()).to.eql(routes.toSorted())
    expect(documented.length).to.be.greaterThan(4)
  })

  it('names each schema once, and refers to it everywhere', () => {
    const text = JSON.stringify(described.document['paths'])
    expect(text)
      .to.contain('"#/components/schemas/Account"')
      .and.to.contain('"#/components/schemas/AccountPage"')
    expect(Object.keys(described.schemas)).to.include.members(['Account', 'AccountPage', 'Problem'])
    expect(text, 'an inlined copy').not.to.contain('"title":"Account"')
  })

  it('gives each operation a name of its own, a sentence and who may call', () => {
    const ids = described.operations.map(({ id }) => id)
    expect(new Set(ids).size).to.equal(ids.length)
    for (const { id, summary } of described.operations) {
      expect(id, id).to.match(/^[a-z][A-Za-z0-9]+$/)
      expect(summary, id).to.match(/^[A-Z].*[^.]$/)
    }
  })

  it('describes each scope of an operation, and offers it in a flow that can ask for it', () => {
    for (const { id, scope, flows } of described.operations.filter(({ scope: one }) => one !== undefined))
      expect(flows, `${id} takes ${scope}, which no flow has`).not.to.have.length(0)
  })

  it('refuses two schemas with one title', () => {
    const answering = (id: string, schema: z.ZodType): Operation =>
      operation({
        id,
        method: 'get',
        path: `/${id}`,
        tag: 'A',
        summary: 'A',
        scope: 'account:read',
        caller: 'person',
        answer: { status: 200, description: 'A.', schema },
        handle: async () => ({ body: undefined }),
      })
    const one = answering('one', z.object({ a: z.string() }).meta({ title: 'Thing' }))
    const other = answering('other', z.object({ b: z.string() }).meta({ title: 'Thing' }))
    const needs = { serverName: 'A', server: 'http://a', authorizationUrl: 'http://a', tokenUrl: 'http://a' }
    expect(() => openApiDocument(needs, [one, other])).to.throw('two schemas of the API have the title Thing')
  })
})
