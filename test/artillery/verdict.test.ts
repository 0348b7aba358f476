import { expect } from 'chai'
import { planLoad } from '../../artillery/plan.ts'
import { judge } from '../../artillery/verdict.ts'

const summaries = { 'http.response_time': { p50: 2, p99: 40, max: 55 } }
const report = (counters: Record<string, number>) => ({
  aggregate: { counters, summaries, firstCounterAt: 1000, lastCounterAt: 4000 },
})
const fine = { 'http.requests': 30, 'http.codes.200': 30, 'vusers.created': 10, 'vusers.completed': 10 }

describe('the verdict of a load test', () => {
  it('passes when everything was completed and no threshold exceeded, and gives five numbers [A04]', () => {
    const counters = { ...fine, 'vusers.created_by_name.sign-in journey': 4 }
    const printed = 'Checks:\nok: http.response_time.p99 < 1500\n'
    expect(judge(report(counters), { exitCode: 0, printed })).to.deep.equal({
      passed: true,
      lines: [
        'PASSED',
        '  requests  30 (10 a second)',
        '  sign-ins  4',
        '  p50       2 ms',
        '  p99       40 ms',
        '  errors    0',
      ],
    })
  })

  it('fails when a threshold was exceeded, and says which', () => {
    const printed = 'ok: vusers.failed == 0\n\u001b[31mfail: http.response_time.p99 < 1500\u001b[39m\n'
    const { passed, lines } = judge(report(fine), { exitCode: 1, printed })
    expect(passed).to.equal(false)
    expect(lines).to.include('  exceeded: http.response_time.p99 < 1500')
    expect(judge(report(fine), { exitCode: 3, printed: '' }).lines).to.include('  artillery ended with 3')
  })

  for (const [what, counters] of Object.entries({
    'an error status': { ...fine, 'http.codes.503': 1 },
    'an error of the connection': { ...fine, 'errors.ECONNRESET': 1 },
    'a scenario that failed': { ...fine, 'vusers.failed': 1 },
    'a scenario that did not end': { ...fine, 'vusers.created': 11 },
    'nothing at all': {},
  })) {
    it(`fails on ${what}`, () => {
      expect(judge(report(counters), { exitCode: 0, printed: '' }).passed).to.equal(false)
    })
  }
})

describe('the plan of a load test', () => {
  it('warms up, then does what the options say [A04]', () => {
    expect(planLoad({ users: '5', rate: '3', duration: '20' })).to.eql({
      users: 5,
      seconds: 25,
      phases: [
        { name: 'warm-up', duration: 5, arrivalRate: 3 },
        { name: 'load', duration: 20, arrivalRate: 3 },
      ],
    })
    expect(planLoad({})).to.include({ users: 24, seconds: 40 })
    expect(planLoad({ smoke: true }).phases).to.eql([{ name: 'load', duration: 5, arrivalRate: 10 }])
  })

  it('refuses what is no number within the bounds', () => {
    expect(() => planLoad({ users: 'many' })).to.throw(
      '--users: got "many", takes a whole number from 1 to 1000',
    )
    expect(() => planLoad({ rate: '0' })).to.throw('--rate: got "0"')
    expect(() => planLoad({ duration: '3601' })).to.throw('--duration: got "3601"')
  })
})
