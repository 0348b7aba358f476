/** The pages that connect a device (RFC 8628 §3.3): enter its code, done. In between is the page of the consent. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { LIBRARY_PATHS } from '../../provider/endpoints/addresses.ts'
import { ANSWERED_PATH } from './device-answered.routes.ts'
import type { CodeProblem, DevicePages } from './device-flow.ts'
import { redirect } from '../../interaction/page.ts'
import type { Site } from '../../feature.ts'
import { inLanguage } from '../../words/tagged.ts'

const PROBLEMS: Record<CodeProblem, { field: string; message: string }> = {
  missing: { field: 'user_code', message: 'device-missing' },
  unknown: { field: 'user_code', message: 'device-unknown' },
  used_up: { field: 'user_code', message: 'device-used-up' },
  page_too_old: { field: '', message: 'device-page-too-old' },
  too_many: { field: '', message: 'device-too-many' },
  failed: { field: '', message: 'device-failed' },
}

export function devicePages(needs: Pick<Site, 'render' | 'startAgain' | 'nextPage'>): DevicePages {
  return {
    enterCode: (ctx, { userCode, problem }) => enterCode(needs, ctx, userCode, problem),
    answered(ctx, allowed) {
      const app = inLanguage(ctx.oidc.client, 'client_name') ?? ctx.oidc.client?.clientName ?? ''
      needs.nextPage.lead(ctx, ANSWERED_PATH, { about: { answer: allowed ? 'allowed' : 'refused', app } })
    },
    startAgain: async (ctx) =>
      ctx.query['restart'] ? needs.startAgain(ctx) : redirect(ctx, LIBRARY_PATHS.code_verification),
  }
}

function enterCode(
  { render, nextPage }: Pick<Site, 'render' | 'startAgain' | 'nextPage'>,
  ctx: KoaContextWithOIDC,
  userCode: string | undefined,
  problem: CodeProblem | undefined,
): void {
  const wrong = problem && PROBLEMS[problem]
  const errors = wrong ? { [wrong.field]: wrong.message } : {}
  const values = { user_code: asShown(userCode ?? '') }
  // Reload and back then meet a page that was read, never one that was sent.
  if (ctx.method === 'POST' && ctx.status < 500)
    return nextPage.lead(ctx, LIBRARY_PATHS.code_verification, { errors, values })
  const locals = {
    action: LIBRARY_PATHS.code_verification,
    xsrf: secretOf(ctx),
    values,
    errors,
    ...(ctx.method === 'POST' ? {} : nextPage.take(ctx)),
  }
  render(ctx, 'device', locals, ctx.status >= 500 ? ctx.status : 200)
}

function secretOf({ oidc }: KoaContextWithOIDC): unknown {
  return oidc.session?.state?.['secret']
}

/** The typed or linked code, in the form that devices show. */
function asShown(userCode: string): string {
  const letters = userCode
    .slice(0, 100)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, 12)
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters
}
