/** A clock that tests move on instead of waiting: that of this process, which oidc-provider reads itself. */

export type MovableTime = { advance: (milliseconds: number) => void }

/**
 * For the suite that calls this. It moves `Date` for the tests and for every server in their process; timers, other
 * processes, SQL servers and Redis keep their time. After the suite `Date` is right again.
 */
export function movableTime(): MovableTime {
  const { Date: RealDate } = globalThis
  let aheadMs = 0
  const now = () => RealDate.now() + aheadMs
  before(() => {
    globalThis.Date = new Proxy(RealDate, {
      get: (target, name): unknown => (name === 'now' ? now : Reflect.get(target, name)),
      construct: (target, args: unknown[], created) =>
        Reflect.construct(target, args.length > 0 ? args : [now()], created) as Date,
    })
  })
  after(() => {
    globalThis.Date = RealDate
  })
  return {
    advance(milliseconds) {
      aheadMs += milliseconds
    },
  }
}
