/** What the pages of one's security share: the services, what this browser remembers, and the redirect with a notice. */
import type { PageServices } from '../../feature.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { createDeviceCookie } from '../../interaction/known-browser-cookie.ts'
import type { DeviceCookie } from '../../interaction/known-browser-cookie.ts'
import type { Member } from '../../interaction/member.ts'
import { SECURITY_PATH } from '../../factors/factor-changes.ts'
import { noticeText } from './notices.ts'
import type { NoticeName } from './notices.ts'
import { createPageMemory } from './page-memory.ts'
import type { Memory, PageMemory } from './page-memory.ts'

export type SecurityServices = PageServices & { memory: PageMemory; deviceCookie: DeviceCookie }

export type Work = (services: SecurityServices, ctx: AnyContext, member: Member) => Promise<void> | void

export function securityServices(services: PageServices): SecurityServices {
  return { ...services, memory: createPageMemory(services), deviceCookie: createDeviceCookie(services) }
}

/** Leads to the page of one's security, which shows the notice once. `kept`: what this browser remembers from now on. */
export function backWith(
  { memory, nextPage }: SecurityServices,
  ctx: AnyContext,
  member: Member,
  notice: NoticeName,
  kept?: Memory,
): void {
  if (kept) memory.keep(ctx, member, kept)
  nextPage.lead(ctx, SECURITY_PATH, noticeText(notice), member)
}
