/** Where the page for a code is, and where it leads: for an app’s request, or for no app. */
import type { PasswordProof } from '../../factors/finish-sign-in.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { findClient, parameter, shownClient } from '../../interaction/open-interaction.ts'
import type { Page } from '../../interaction/page.ts'
import { OWN_PAGE } from '../../interaction/pending/pending-sign-ins.ts'
import type { FinishedSignIn } from '../../interaction/session-changes.ts'
import { neededLevel } from '../../provider/requests/authentication-levels.ts'
import type { SignInServices } from './browser-memory.ts'
import { connectingOf } from './connecting.ts'
import { finishForApp, finishHere } from './finished-sign-in.ts'

export type Place = {
  ctx: AnyContext
  /** The request that the sign-in is for. */
  of: string
  /** The page of the second step is at `${path}/code`, that of a mailed code at `${path}/email-code`. */
  path: string
  /** The sign-in page. */
  signInPath: string
  query: string
  /** The id of the app, where there is one. */
  client?: string
  /** Whether more than one factor is asked for: by the app, or by a page that needs it. */
  wantsLevel: () => Promise<boolean>
  finish: (finished: FinishedSignIn) => Promise<void>
  locals: () => Promise<Record<string, unknown>>
}

export function placeOfRequest(services: SignInServices, page: Page): Place {
  const { ctx, interaction, uid, query } = page
  const provider = services.oidc.current()
  const client = parameter(interaction, 'client_id')
  return {
    ctx,
    of: uid,
    path: `/interaction/${uid}`,
    signInPath: `/interaction/${uid}/sign-in`,
    query,
    client,
    wantsLevel: async () => {
      const found = await findClient(provider, client)
      return neededLevel(interaction.params, found as Record<string, unknown> | undefined) !== undefined
    },
    finish: (finished) => finishForApp(services, page, finished),
    locals: async () => ({
      client: await shownClient(provider, client),
      cancelAction: `/interaction/${uid}/cancel`,
    }),
  }
}

/** The session belongs to the one at the other provider. */
export function fromThere({ upstream }: PasswordProof, { account, amr }: FinishedSignIn): FinishedSignIn {
  return { account, amr, upstreamSession: upstream?.session }
}

/** A sign-in again is for a page that needs more than the session has. */
export function placeWithoutApp(services: SignInServices, ctx: AnyContext): Place {
  return {
    ctx,
    of: OWN_PAGE,
    path: '/sign-in',
    signInPath: '/sign-in',
    query: ctx.search,
    wantsLevel: () => Promise.resolve(ctx.query['again'] !== undefined),
    finish: (finished) => finishHere(services, ctx, finished),
    locals: async () => ({ client: (await connectingOf(services, ctx)).client }),
  }
}
