/**
 * What every page shows that waits for a mail: whether mails are late, and when to look again. A script asks quietly. Without
 * scripts the page loads itself again. Nothing here depends on an address.
 */
import type { AnyContext } from '../../http/request/request-state.ts'
import { createMailDelay } from '../../outbox/mail-queue.ts'
import type { Services } from '../../services.ts'

/** A page that loads itself again forgets what was typed. Within this time, most people find a mail and type its code. */
const REFRESH_SECONDS = 120
const MOST_REFRESHES = 8

export type Refresh = { seconds: number; href: string }

/** The locals of partials/mail-delay and partials/head. */
export type MailWait = (
  ctx: AnyContext,
  said?: { errors?: object | undefined },
) => Promise<{ mailsAreLate: boolean; refresh?: Refresh | undefined }>

export function createMailWait(services: Pick<Services, 'db' | 'clock'>): MailWait {
  const mailsAreLate = createMailDelay(services)
  return async (ctx, { errors = {} } = {}) => ({
    mailsAreLate: await mailsAreLate(),
    // What went wrong is shown once, so it stays until the person goes on.
    refresh: Object.keys(errors).length > 0 ? undefined : nextRefresh(ctx),
  })
}

/** The page once more, at most so often. Its address counts. */
function nextRefresh(ctx: AnyContext): Refresh | undefined {
  const query = new URLSearchParams(ctx.search)
  const refreshed = Number(query.get('refreshed') ?? 0) || 0
  if (refreshed >= MOST_REFRESHES) return undefined
  query.set('refreshed', String(refreshed + 1))
  return { seconds: REFRESH_SECONDS, href: `${ctx.path}?${query}` }
}
