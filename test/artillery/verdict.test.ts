import { expect } from 'chai'
import { judge } from '../../artillery/verdict.ts'

const summaries = { 'http.response_time': { p50: 2, p99: 40, max: 55 } }
const report = (counters: Record<string, number>) => ({ aggregate: { counters, summaries } })
const fine = { 'http.requests': 30, 'http.codes.200': 30, 'vusers.created': 10, 'vusers.completed': 10 }

describe('the verdict of a load test', () => {
  it('passes when everything was completed and artillery found no threshold exceeded', () => {
    expect(judge(report(fine), 0)).to.deep.equal({
      passed: true,
      lines: ['PASSED: 30 requests, p50 2 ms, p99 40 ms, no errors'],
    })
  })

  it('fails when a threshold was exceeded', () => {
    expect(judge(report(fine), 1).lines).to.include('  a threshold was exceeded')
  })

  for (const [what, counters] of Object.entries({
    'an error status': { ...fine, 'http.codes.503': 1 },
    'an error of the connection': { ...fine, 'errors.ECONNRESET': 1 },
    'a scenario that failed': { ...fine, 'vusers.failed': 1 },
    'a scenario that did not end': { ...fine, 'vusers.created': 11 },
    'nothing at all': {},
  })) {
    it(`fails on ${what}`, () => {
      expect(judge(report(counters), 0).passed).to.equal(false)
    })
  }
})
