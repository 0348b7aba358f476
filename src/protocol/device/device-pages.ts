/** The pages that connect a device (RFC 8628 §3.3): enter its code, compare and confirm, done. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { findAccountById } from '../../accounts/account.ts'
import { networkOf } from '../../attempts/network.ts'
import { requestState } from '../../http/request/request-state.ts'
import { LIBRARY_PATHS } from '../../provider/endpoints/addresses.ts'
import type { CodeProblem, DeviceInfo, DevicePages } from './device-flow.ts'
import { consentDetails } from '../../interaction/consent-details.ts'
import { shownClient } from '../../interaction/open-interaction.ts'
import { redirect } from '../../interaction/page.ts'
import type { Site } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { inLanguage } from '../../words/tagged.ts'

const PROBLEMS: Record<CodeProblem, { field: string; message: string; status: number }> = {
  missing: { field: 'user_code', message: 'device-missing', status: 400 },
  unknown: { field: 'user_code', message: 'device-unknown', status: 400 },
  used_up: { field: 'user_code', message: 'device-used-up', status: 400 },
  page_too_old: { field: '', message: 'device-page-too-old', status: 400 },
  too_many: { field: '', message: 'device-too-many', status: 429 },
  failed: { field: '', message: 'device-failed', status: 400 },
}

export function devicePages(
  needs: Pick<Services, 'db'> & Pick<Site, 'render' | 'startAgain' | 'findResource'>,
): DevicePages {
  return {
    enterCode: (ctx, { userCode, problem }) => enterCode(needs, ctx, userCode, problem),
    confirm: (ctx, userCode) => confirm(needs, ctx, userCode),
    answered(ctx, allowed) {
      needs.render(ctx, 'device-answered', {
        allowed,
        clientName: inLanguage(ctx.oidc.client, 'client_name') ?? ctx.oidc.client?.clientName,
      })
    },
    startAgain: async (ctx) =>
      ctx.query['restart'] ? needs.startAgain(ctx) : redirect(ctx, LIBRARY_PATHS.code_verification),
  }
}

function enterCode(
  { render }: Pick<Services, 'db'> & Pick<Site, 'render' | 'startAgain' | 'findResource'>,
  ctx: KoaContextWithOIDC,
  userCode: string | undefined,
  problem: CodeProblem | undefined,
): void {
  const wrong = problem && PROBLEMS[problem]
  const outage = ctx.status >= 500 ? ctx.status : undefined
  const locals = {
    action: LIBRARY_PATHS.code_verification,
    xsrf: secretOf(ctx),
    values: { user_code: asShown(userCode ?? '') },
    errors: wrong ? { [wrong.field]: wrong.message } : {},
  }
  render(ctx, 'device', locals, outage ?? wrong?.status ?? 200)
}

async function confirm(
  needs: Pick<Services, 'db'> & Pick<Site, 'render' | 'startAgain' | 'findResource'>,
  ctx: KoaContextWithOIDC,
  userCode: string,
): Promise<void> {
  const { client, deviceCode, session, provider } = ctx.oidc
  const code = deviceCode as unknown as { params: Record<string, unknown>; deviceInfo: DeviceInfo }
  const found = await Promise.all([code.params['resource'] ?? []].flat().map(String).map(needs.findResource))
  const details = consentDetails(
    String(code.params['scope']),
    found.filter((resource) => resource !== undefined),
  )
  const account = session?.accountId ? await findAccountById(needs.db, session.accountId) : undefined
  const { ip, userAgent } = code.deviceInfo
  needs.render(ctx, 'device-confirm', {
    action: LIBRARY_PATHS.code_verification,
    xsrf: secretOf(ctx),
    userCode,
    client: await shownClient(provider, client?.clientId ?? ''),
    device: { ip, userAgent },
    elsewhere: networkOf(ip) !== networkOf(requestState(ctx).clientIp ?? ''),
    account: account && { email: account.email },
    ...details,
    resources: details.resources.filter(({ scopes }) => scopes.length > 0),
  })
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
