/** Sends the browser to another provider: from the sign-in page of an app, from our own, or to connect an account. */
import { findUpstream } from '../../upstreams/upstream.ts'
import type { Upstream } from '../../upstreams/upstream.ts'
import { beginFlow } from '../../upstreams/client/flows.ts'
import type { FlowPurpose } from '../../upstreams/client/flows.ts'
import { isOffered } from '../../upstreams/offered.ts'
import { UpstreamFailure } from '../../upstreams/client/upstream-failure.ts'
import { FLOW_UNIT_BYTES } from '../../provider/records/flow-limits.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { parameter } from '../../interaction/open-interaction.ts'
import type { Interaction } from '../../interaction/open-interaction.ts'
import { redirect } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'
import type { Message } from '../../words/message.ts'
import { leadBack, refusalText } from './refusals.ts'
import type { Refusal } from './refusals.ts'
import type { UpstreamServices } from './upstream-pages.ts'

/** The button on the sign-in page of an app. Its address leads there too, when the request names the domain of the person. */
export function upstreamStep(services: UpstreamServices): StepPages {
  const begin = (page: Page) => beginForApp(services, page)
  return { show: begin, submit: begin }
}

async function beginForApp(services: UpstreamServices, page: Page): Promise<void> {
  const { ctx, interaction, uid, query } = page
  const client = parameter(interaction, 'client_id')
  const maxAgeSeconds = maxAgeOf(interaction)
  const purpose = {
    of: uid,
    query,
    client,
    strict: maxAgeSeconds !== undefined,
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  }
  const loginHint = parameter(interaction, 'login_hint')
  await begin(services, ctx, purpose, { loginHint, refuse: (text) => leadBack(services, ctx, purpose, text) })
}

/** OpenID Connect Core §3.1.2.1. The library has put the client's own default among the parameters. */
function maxAgeOf(interaction: Interaction): number | undefined {
  if (parameter(interaction, 'prompt').split(' ').includes('login')) return 0
  const { max_age: given } = interaction.params
  const seconds = typeof given === 'number' ? given : Number.parseInt(parameter(interaction, 'max_age'), 10)
  return Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : undefined
}

type Begin = { loginHint?: string | undefined; refuse: (text: Message) => void }

/** `ctx.params.upstream` names the provider. */
export async function begin(
  services: UpstreamServices,
  ctx: AnyContext,
  purpose: FlowPurpose,
  { loginHint, refuse }: Begin,
): Promise<void> {
  const upstream = await findUpstream(services.db, String(ctx['params'].upstream))
  const refusal = refusalOf(upstream, purpose)
  if (!upstream || refusal) return refuse(refusalText(refusal ?? 'off', upstream?.label ?? ''))
  services.limits.countOwn(ctx, FLOW_UNIT_BYTES)
  const flow = await beginFlow(services, {
    upstreamId: upstream.id,
    browser: services.browserSecret.ensure(ctx),
    purpose,
  })
  try {
    const url = await services.upstreamClient.authorizationUrl(upstream, flow, { loginHint })
    redirect(ctx, url.href)
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error
    services.log.warn({ err: error, upstream: upstream.id, reason: error.reason }, 'upstream.not_begun')
    refuse(refusalText(error.reason, upstream.label))
  }
}

function refusalOf(upstream: Upstream | undefined, purpose: FlowPurpose): Refusal | undefined {
  if (!upstream?.enabled) return 'off'
  // Who connects an account is signed in: every provider that is on may be connected.
  if (!purpose.connects && !isOffered(upstream, purpose.client)) return 'off'
  return upstream.kind === 'oauth2' && purpose.strict ? 'not_anew' : undefined
}
