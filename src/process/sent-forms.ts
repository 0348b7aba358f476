/**
 * Forms that send themselves, as `response_mode=form_post` does: on a page like all others, for browsers in which scripts
 * are off.
 */
import type { Render } from '../http/render.ts'
import { PAGE_POLICY, replaceContentPolicy } from '../http/security-headers.ts'
import type { SendForm } from '../provider/library/response-modes.ts'

const POLICY = PAGE_POLICY.replace(/script-src[^;]*/, "script-src 'self'")

/** Keeps the status that the answer has already. */
export function createSentForms(render: Render): SendForm {
  return (ctx, action, given) => {
    const fields = Object.entries(given).map(([name, value]) => ({ name, value: String(value) }))
    render(ctx, 'send-form', { title: 'One moment', action, fields }, ctx.status)
    replaceContentPolicy(ctx, POLICY)
  }
}
