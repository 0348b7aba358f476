import { expect } from 'chai'
import { libraryLifetimes, offlineSeconds, sessionSeconds } from '../../src/provider/grants/lifetimes.ts'

const DAY_SECONDS = 86_400
const GIVEN = {
  accessTokenExpireSeconds: 600,
  refreshTokenExpireSeconds: 60 * DAY_SECONDS,
  offlineAccessIdleSeconds: 30 * DAY_SECONDS,
  offlineAccessAbsoluteSeconds: 365 * DAY_SECONDS,
  authorizationCodeExpireSeconds: 60,
  interactionExpireSeconds: 3600,
  sessionIdleSeconds: 14 * DAY_SECONDS,
  sessionAbsoluteSeconds: 90 * DAY_SECONDS,
}

describe('the life', () => {
  it('of a session ends without use, and in any case at the absolute limit [S-2.32]', () => {
    const signedInAtSeconds = 1_000_000
    const left = (daysLater: number) =>
      sessionSeconds(GIVEN, signedInAtSeconds, (signedInAtSeconds + daysLater * DAY_SECONDS) * 1000)
    expect([0, 14, 76, 80, 89].map((days) => left(days) / DAY_SECONDS)).to.eql([14, 14, 14, 10, 1])
    expect(left(90)).to.equal(1)
  })

  it('of a grant is never shorter than the life of its refresh tokens [S-4.9]', () => {
    const { Grant, RefreshToken } = libraryLifetimes(GIVEN)!
    const lifeOfGrant = Grant as (ctx: unknown, grant: unknown) => number
    expect(lifeOfGrant(undefined, {})).to.equal(150 * DAY_SECONDS)
    expect(lifeOfGrant(undefined, { openid: { scope: 'openid offline_access' } })).to.equal(455 * DAY_SECONDS)
    const life = RefreshToken as (ctx: unknown, token: unknown) => number
    const issued = (token: unknown, entities: unknown = {}) => life({ oidc: { entities } }, token)
    expect(issued({})).to.equal(60 * DAY_SECONDS)
    // Rotated on the last day of the session, it has what was left, not a new life.
    expect(issued({}, { RotatedRefreshToken: { remainingTTL: 77 } })).to.equal(77)
  })

  it('of offline access is the idle limit from each use on, up to the absolute limit and the end of its grant', () => {
    const grantedAtSeconds = 1_000_000
    const token = { iiat: grantedAtSeconds }
    const left = (daysLater: number, grantDays = 455) => {
      const exp = grantedAtSeconds + grantDays * DAY_SECONDS
      const nowMs = (grantedAtSeconds + daysLater * DAY_SECONDS) * 1000
      return offlineSeconds(GIVEN, token, { exp }, nowMs) / DAY_SECONDS
    }
    expect([0, 29, 335, 340, 364].map((days) => left(days))).to.eql([30, 30, 30, 25, 1])
    expect(left(80, 91), 'of a grant from before there were such limits').to.equal(11)
  })
})
