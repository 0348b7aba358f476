/** Invitations to register, and the people who wait for an approval, over the API. `registrations` owns both. */
import type { Feature } from '../../feature.ts'
import { purgeInvitations } from '../../accounts/registrations/invitations.ts'
import { MOVED_APPROVALS } from '../../accounts/registrations/moved-approvals.ts'
import type { Services } from '../../services.ts'
import { approvalOperations } from './approving.ts'
import { invitationOperations } from './inviting.ts'

export function invitationsApi(services: Services): Feature {
  return {
    api: () => [...invitationOperations(services), ...approvalOperations(services)],
    moves: [MOVED_APPROVALS],
    upkeep: { invitations: (nowMs, limit) => purgeInvitations(services.db, nowMs, limit) },
  }
}
