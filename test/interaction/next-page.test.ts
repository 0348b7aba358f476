import { expect } from 'chai'
import type { AnyContext } from '../../src/http/request/request-state.ts'
import { createNextPage } from '../../src/interaction/next-page.ts'
import type { Said } from '../../src/interaction/next-page.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { loadConfig } from '../../src/settings/config.ts'

const MINE = { sessionUid: 'mine' }

describe('what a form leaves for the next page', () => {
  let nowMs = Date.UTC(2030, 0, 1)
  const nextPage = createNextPage({
    config: loadConfig({}, { persist: false }),
    sealer: createSealer([deriveKey('x', 'data')]),
    clock: () => nowMs,
  })

  function browser() {
    const jar = new Map<string, string>()
    const cookies = {
      get: (name: string) => jar.get(name),
      set: (name: string, value: string | null) =>
        void (value === null ? jar.delete(name) : jar.set(name, value)),
    }
    const at = (path: string, method = 'GET') =>
      ({ cookies, path, method, redirect: () => undefined }) as unknown as AnyContext
    const lead = (words: string | Said) => nextPage.lead(at('/form', 'POST'), '/account?from=1', words, MINE)
    return { jar, at, lead }
  }

  it('is shown once, on that page, and is sealed', () => {
    const { jar, at, lead } = browser()
    lead('Saved.')
    expect([...jar.values()].join(' ')).not.to.match(/Saved|account/)
    expect(nextPage.take(at('/'), MINE), 'another page').to.eql({})
    expect(nextPage.take(at('/account', 'HEAD'), MINE), 'a look').to.eql({ notice: 'Saved.' })
    expect(nextPage.take(at('/account'), MINE)).to.eql({ notice: 'Saved.' })
    expect(nextPage.take(at('/account'), MINE), 'again').to.eql({})
  })

  it('is for the session that sent the form, and for two minutes', () => {
    const { at, lead } = browser()
    lead('Saved.')
    expect(nextPage.take(at('/account'), { sessionUid: 'another' })).to.eql({})
    expect(nextPage.take(at('/account'))).to.eql({})
    nowMs += 2 * MINUTE_MS
    expect(nextPage.take(at('/account'), MINE)).to.eql({})
  })

  it('fits into a cookie: of a very long form, only what was wrong stays', () => {
    const { jar, at, lead } = browser()
    const errors = { name: 'Use a plain name.' }
    lead({ errors, values: { name: 'a'.repeat(1000) } })
    expect(nextPage.take(at('/account'), MINE).values?.['name']).to.have.length(1000)
    lead({ errors, values: { name: 'a'.repeat(4000) } })
    expect([...jar.values()].join('').length).to.be.below(4000)
    expect(nextPage.take(at('/account'), MINE)).to.eql({ errors })
  })
})
