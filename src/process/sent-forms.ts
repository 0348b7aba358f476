/**
 * Forms that submit themselves, for `response_mode=form_post`: on a page like all others, which also works without
 * scripts.
 */
import type { Render } from '../http/render.ts'
import { PAGE_POLICY, replaceContentPolicy } from '../http/security-headers.ts'
import type { SendForm } from '../provider/library/response-modes.ts'

const POLICY = PAGE_POLICY.replace(/script-src[^;]*/, "script-src 'self'")

/** Keeps the status that the answer already has. */
export function createSentForms(render: Render): SendForm {
  return (ctx, action, values) => {
    const fields = Object.entries(values).map(([name, value]) => ({ name, value: String(value) }))
    render(ctx, 'send-form', { action, fields }, ctx.status)
    replaceContentPolicy(ctx, POLICY)
  }
}
