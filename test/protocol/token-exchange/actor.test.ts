import { expect } from 'chai'
import { extendAct, isTooDeep, mayAct, readAct } from '../../../src/protocol/token-exchange/exchange-actor.ts'
import type { Act } from '../../../src/protocol/token-exchange/exchange-actor.ts'

const ISSUER = 'https://issuer.example'
const actor = { sub: 'somebody', clientId: 'an-app' }

describe('who acts in an exchanged token', () => {
  it('is outermost, with the earlier actors inside (RFC 8693 §4.1)', () => {
    const first = extendAct(undefined, actor)
    expect(first).to.eql({ sub: 'somebody' })
    const second = extendAct(readAct(first), { ...actor, sub: 'another' })
    expect(second).to.eql({ sub: 'another', act: { sub: 'somebody' } })
    expect(extendAct(readAct(second), undefined), 'nobody is forgotten').to.eql(second)
  })

  it('is read without unknown members, and is nobody when it is no actor', () => {
    const claim = { sub: 'a', exp: 1, act: { sub: 'b', more: true, act: 'nobody' } }
    expect(readAct(claim)).to.eql({ sub: 'a', act: { sub: 'b' } })
    for (const none of [undefined, null, 'a', [], {}, { sub: 1 }, { act: { sub: 'b' } }])
      expect(readAct(none), JSON.stringify(none)).to.equal(undefined)
  })

  it('can be handed on eight times at most', () => {
    let act: Act | undefined
    for (let turn = 1; turn <= 8; turn += 1) {
      act = extendAct(readAct(act), { ...actor, sub: String(turn) })
      expect(isTooDeep(act), String(turn)).to.equal(false)
    }
    expect(isTooDeep(extendAct(readAct(act), actor))).to.equal(true)
  })

  const NAMED: [string, unknown, boolean][] = [
    ['nobody, and so anybody', undefined, true],
    ['the person', { sub: 'somebody' }, true],
    ['the client', { client_id: 'an-app' }, true],
    ['both, of this issuer', { sub: 'somebody', client_id: 'an-app', iss: ISSUER }, true],
    ['another person', { sub: 'another' }, false],
    ['the person, but another client', { sub: 'somebody', client_id: 'another' }, false],
    ['the person of another issuer', { sub: 'somebody', iss: 'https://elsewhere.example' }, false],
    ['something that is not understood', { sub: 'somebody', email: 'x@example.org' }, false],
    ['an issuer alone', { iss: ISSUER }, false],
    ['nothing', {}, false],
    ['no claims at all', 'somebody', false],
  ]
  for (const [who, claim, allowed] of NAMED)
    it(`is ${allowed ? '' : 'not '}allowed by a may_act that names ${who} (RFC 8693 §4.4)`, () => {
      expect(mayAct(claim, ISSUER, actor)).to.equal(allowed)
    })
})
