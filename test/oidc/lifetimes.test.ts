import { expect } from 'chai'
import { libraryLifetimes, sessionSeconds } from '../../src/oidc/lifetimes.ts'

const DAY_SECONDS = 86_400
const GIVEN = {
  accessTokenSeconds: 600,
  refreshTokenSeconds: 60 * DAY_SECONDS,
  authorizationCodeSeconds: 60,
  interactionSeconds: 3600,
  sessionIdleSeconds: 14 * DAY_SECONDS,
  sessionAbsoluteSeconds: 90 * DAY_SECONDS,
}

describe('the life', () => {
  it('of a session ends without use, and in any case at the absolute limit', () => {
    const signedInAtSeconds = 1_000_000
    const left = (daysLater: number) =>
      sessionSeconds(GIVEN, signedInAtSeconds, (signedInAtSeconds + daysLater * DAY_SECONDS) * 1000)
    expect([0, 14, 76, 80, 89].map((days) => left(days) / DAY_SECONDS)).to.eql([14, 14, 14, 10, 1])
    expect(left(90)).to.equal(1)
  })

  it('of a grant is never shorter than that of the refresh tokens under it', () => {
    const { Grant, RefreshToken } = libraryLifetimes(GIVEN)!
    expect(Grant).to.equal(150 * DAY_SECONDS)
    const life = RefreshToken as (ctx: unknown, token: unknown) => number
    const issued = (token: unknown, entities: unknown = {}) => life({ oidc: { entities } }, token)
    expect(issued({})).to.equal(60 * DAY_SECONDS)
    // Rotated on the last day of the session, it has what was left, not a new life.
    expect(issued({}, { RotatedRefreshToken: { remainingTTL: 77 } })).to.equal(77)
  })
})
