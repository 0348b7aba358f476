/** Makes, lists and revokes invitations. */
import { z } from 'zod'
import { byCaller } from '../../operations/bearer.ts'
import { BEYOND, operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { timeOf } from '../../operations/shown-account.ts'
import { DAY_MS } from '../../platform/clock.ts'
import {
  createInvitation,
  invitationNotFound,
  invitationState,
  listInvitations,
  revokeInvitation,
} from '../../accounts/registrations/invitations.ts'
import type { Invitation } from '../../accounts/registrations/invitations.ts'
import { roleBounds } from '../../accounts/roles/caller-bounds.ts'
import { roleName } from '../../accounts/roles/role-name.ts'
import type { Services } from '../../services.ts'

const common = { tag: 'Accounts', caller: 'administrator' } as const

const fields = {
  id: z.string(),
  email: z.string().nullable().describe('The only address that may use it.'),
  role: z.string().nullable(),
  group_ids: z.array(z.string()),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  state: z.enum(['usable', 'used', 'expired']),
}
const shownInvitation = z.object(fields).meta({ title: 'Invitation' })
const newInvitation = z
  .object({ ...fields, link: z.string().describe('Shown only now.') })
  .meta({ title: 'New invitation' })
const invitationList = z.object({ items: z.array(shownInvitation) }).meta({ title: 'Invitations' })

export function invitationOperations(needs: Services): readonly Operation[] {
  return [creating(needs), listing(needs), revoking(needs)]
}

function creating(needs: Services): Operation {
  return operation({
    ...common,
    id: 'createInvitation',
    method: 'post',
    path: '/invitations',
    summary: 'Invite a person to register',
    description: 'For one account. With a role, or by mail, it needs an address.',
    scope: 'accounts:manage',
    creates: true,
    body: z.strictObject({
      email: z.string().max(320).optional(),
      role: roleName.optional().describe('This takes the scope accounts:roles as well.'),
      group_ids: z.array(z.string().max(64)).max(50).optional(),
      days: z.int().min(1).max(365).default(7).describe('How long it may be used.'),
      mail: z.boolean().default(false).describe('Mails the link to the address.'),
    }),
    answer: { status: 201, description: 'The invitation with its link.', schema: newInvitation },
    problems: {
      ...BEYOND,
      group_not_found: { status: 404, when: 'There is no group with this id.' },
      role_not_found: { status: 404, when: 'There is no role with this name.' },
      account_exists: { status: 409, when: 'There is an account with this address.' },
      registration_closed: { status: 409, when: 'Nobody may register.' },
      email_invalid: { status: 422, when: 'The e-mail address is not valid.' },
      invitation_needs_email: { status: 422, when: 'A role or a mail needs an address.' },
    },
    async handle(request) {
      const { email, role, group_ids: groupIds = [], days, mail } = request.body
      const given = { email, role, groupIds, lifetimeMs: days * DAY_MS, mail }
      const within = role === undefined ? undefined : await roleBounds(needs.db, request.token)
      const { link, invitation } = await createInvitation(needs, given, { ...byCaller(request), within })
      return { body: { ...show(invitation, needs.clock()), link }, location: `/invitations/${invitation.id}` }
    },
  })
}

function listing({ db, clock }: Services): Operation {
  return operation({
    ...common,
    id: 'listInvitations',
    method: 'get',
    path: '/invitations',
    summary: 'List invitations, newest first',
    scope: 'accounts:read',
    answer: { status: 200, description: 'All that are not purged yet.', schema: invitationList },
    async handle() {
      return { body: { items: (await listInvitations(db)).map((one) => show(one, clock())) } }
    },
  })
}

function revoking({ db, clock }: Services): Operation {
  return operation({
    ...common,
    id: 'revokeInvitation',
    method: 'delete',
    path: '/invitations/{id}',
    summary: 'Revoke an invitation that nobody has used',
    scope: 'accounts:manage',
    params: z.strictObject({ id: z.string().max(64) }),
    answer: { status: 204, description: 'The invitation is gone.' },
    problems: {
      invitation_not_found: { status: 404, when: 'There is none with this id, or it was used.' },
    },
    async handle({ params: { id }, assertMatches }) {
      const expects = (before: Invitation) => assertMatches(show(before, clock()))
      if (!(await revokeInvitation(db, id, expects))) throw invitationNotFound()
      return { body: undefined }
    },
  })
}

function show(one: Invitation, nowMs: number): z.output<typeof shownInvitation> {
  return {
    id: one.id,
    email: one.email,
    role: one.role,
    group_ids: one.groupIds,
    created_by: one.createdBy,
    created_at: timeOf(one.createdAtMs),
    expires_at: timeOf(one.expiresAtMs),
    state: invitationState(one, nowMs),
  }
}
