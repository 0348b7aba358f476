/** What this server relies on inside the protocol library, and that it stays on our side (src/provider/library). */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { isWholeTree } from '../../support/mounted.ts'
import Provider from 'oidc-provider'
import { addLookupStep, LOOKUP_STEPS } from '../../../src/provider/library/client-lookup.ts'
import {
  CALLED,
  MEMBERS,
  memberProblems,
  replaceGetter,
  replaceMember,
} from '../../../src/provider/library/members.ts'
import { LIBRARY_VERSION, LibraryMismatch } from '../../../src/provider/library/mismatch.ts'
import { MODULES, moduleProblems } from '../../../src/provider/library/modules.ts'
import { createProvider, placeStep } from '../../../src/provider/library/own-provider.ts'
import { PLACES } from '../../../src/provider/library/places.ts'
import { CONFIGURATION, ISSUER } from './wall-provider.ts'

const SRC = join(import.meta.dirname, '../../../src')
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }))
const outside = sources.filter(({ file }) => !file.startsWith('provider/library/'))
const names: string[] = MEMBERS.flatMap(({ members }) => Object.keys(members))

describe('the wall to the protocol library', () => {
  it('finds every member and every module that its tables name, in the installed version', async () => {
    expect(memberProblems(new Provider(ISSUER, CONFIGURATION))).to.eql([])
    for (const [path, { load, exports }] of Object.entries(MODULES))
      expect(moduleProblems(path, await load(), exports), path).to.eql([])
  })

  it('refuses to start, naming the version and the entry, when a member is gone or takes something else', () => {
    const provider = new Provider(ISSUER, CONFIGURATION)
    Reflect.deleteProperty(provider.Client.prototype, 'includeSid')
    Object.assign(provider.ReplayDetection, { unique: (_one: string) => true })
    expect(memberProblems(provider)).to.eql([
      'Client#includeSid is gone',
      'ReplayDetection.unique is a function of 1, expected a function of 3',
    ])
    const replace = () => replaceMember(provider, 'Client#includeSid', () => () => true)
    expect(replace).to.throw(LibraryMismatch, `oidc-provider ${LIBRARY_VERSION}`)
    expect(replace).to.throw('Client#includeSid is gone')
    expect(LIBRARY_VERSION).to.match(/^\d+\.\d+\.\d+/)
  })

  it('names a module that is gone, and an export of another shape', () => {
    expect(moduleProblems('helpers/jwt.js', undefined, { sign: 3 })).to.eql(['lib/helpers/jwt.js is gone'])
    expect(moduleProblems('helpers/jwt.js', { sign: [] }, { sign: 3, verify: 2 })).to.eql([
      'sign of lib/helpers/jwt.js is a list, expected a function of 3',
      'verify of lib/helpers/jwt.js is undefined, expected a function of 2',
    ])
  })

  it('says of a step that is gone which endpoint lacks it', () => {
    const places = PLACES as Record<string, { steps: readonly string[] }>
    const { 'introspection asked': place } = places
    const { steps } = place!
    try {
      place!.steps = ['a step of tomorrow']
      const why = 'the place "introspection asked": introspection has no step a step of tomorrow'
      expect(() => createProvider(ISSUER, CONFIGURATION)).to.throw(LibraryMismatch, why)
    } finally {
      place!.steps = steps
    }
  })

  it('lets a member be replaced only once, so that the order of features does not matter', () => {
    const provider = new Provider(ISSUER, CONFIGURATION)
    replaceGetter(provider, 'OIDCContext#acr', () => 'a level')
    expect(() => replaceGetter(provider, 'OIDCContext#acr', () => 'another')).to.throw('replaced twice')
  })

  it('lets a step be put at a place only once', () => {
    const provider = createProvider(ISSUER, CONFIGURATION)
    placeStep(provider, 'introspection asked', (_ctx, next) => next())
    expect(() => placeStep(provider, 'introspection asked', (_ctx, next) => next())).to.throw('is taken')
  })

  it('looks clients up in the order of its list, whichever step is installed first', async () => {
    const orders = [LOOKUP_STEPS, LOOKUP_STEPS.toReversed()]
    for (const order of orders) {
      const provider = createProvider(ISSUER, CONFIGURATION)
      const seen: string[] = []
      for (const name of order) addLookupStep(provider, name, { prepare: () => void seen.push(name) })
      expect((await provider.Client.find('app'))?.clientId, order.join()).to.equal('app')
      expect(seen, order.join()).to.eql([...LOOKUP_STEPS])
      await provider.Client.find('app')
      expect(seen, 'once for each client').to.have.length(LOOKUP_STEPS.length)
    }
  })

  it('leaves the lists and classes that all providers of a process share as they are', async () => {
    const before = await sharedSteps()
    createProvider(ISSUER, CONFIGURATION)
    expect(await sharedSteps()).to.eql(before)
    expect(before.introspection).to.include('rejectStructuredTokens')
  })

  it('has an entry for every member that is replaced, and replaces every member that has one', () => {
    const unused = names.filter((name) => !outside.some(({ text }) => text.includes(`'${name}'`)))
    // Made of the name of a model, in a template; and the look-up of clients has a file of its own.
    const made = [
      '#generateTokenId',
      'DeviceCode.find',
      'BackchannelAuthenticationRequest.find',
      'Client.find',
    ]
    // A feature that is gone leaves its entries behind.
    if (isWholeTree()) expect(unused.filter((name) => !made.some((end) => name.endsWith(end)))).to.eql([])
    const past = outside.filter(({ text }) => PAST_THE_WALL.some((way) => way.test(text)))
    expect(past.map(({ file }) => file)).to.eql([])
  })

  it('has a step of ours at every place', () => {
    const empty = Object.keys(PLACES).filter((name) => !sources.some(({ text }) => places(text, name)))
    // Nothing is put there: the library's step goes.
    expect(isWholeTree() ? empty : ['JWTs refused']).to.eql(['JWTs refused'])
  })

  it('says of every entry why it is there, and what would make it unnecessary', () => {
    for (const entry of [...MEMBERS, ...CALLED, ...Object.values(MODULES), ...Object.values(PLACES)]) {
      expect(entry.why, JSON.stringify(entry)).to.match(/^\w.+\.$/)
      expect(entry.upstream, JSON.stringify(entry)).to.match(/^\w.+[^.]$/)
    }
  })
})

/** Ways of replacing a member without the table. */
const PAST_THE_WALL = [
  /\bprovider\.\w+\.prototype\b/,
  /\bOIDCContext\.prototype\b/,
  /\b(?:model|Model)\.(?:prototype\.)?\w+ = /,
  /\bprovider\.(?:Client|Session|Grant|IdToken|AccessToken|ReplayDetection)\.\w+ = /,
  /Object\.assign\((?:provider\.)?(?:Client|Session|Grant|IdToken|AccessToken|ReplayDetection)\b/,
  /\.splice\(.*[sS]tep/,
  /Submitting Callback/,
]

function places(text: string, name: string): boolean {
  return text.includes(`placeStep(provider, '${name}'`)
}

async function sharedSteps() {
  const lib = 'oidc-provider/lib/actions'
  const load = async (path: string) => (await import(`${lib}/${path}`)) as { default: unknown }
  const named = (steps: unknown) => (steps as { name: string }[]).map(({ name }) => name)
  const authorization = (await load('authorization/index.js')).default as (endpoint: string) => unknown
  return {
    introspection: named((await load('introspection.js')).default),
    revocation: named((await load('revocation.js')).default),
    token: named((await load('token.js')).default),
    authorization: named(authorization('authorization')),
  }
}
