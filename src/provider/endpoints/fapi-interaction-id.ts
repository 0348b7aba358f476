/**
 * `x-fapi-interaction-id` (FAPI 1.0 Part 1 §6.2.1-11, also required by FAPI-CIBA). Client and resource server name one
 * call by one UUID, so that their logs can be compared.
 */
import { randomUUID } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { requestState } from '../../http/request/request-state.ts'

const HEADER = 'X-Fapi-Interaction-Id'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Answers with the client's id, or with a new one where it sent none or an invalid one. The access log has it too. */
export function nameInteraction(ctx: KoaContextWithOIDC): void {
  const sent = ctx.get(HEADER)
  const id = UUID.test(sent) ? sent : randomUUID()
  ctx.set(HEADER, id)
  requestState(ctx).interactionId = id
}
