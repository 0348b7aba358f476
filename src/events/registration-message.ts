/** The message about a new user that replaced systems sent: to Kafka, topic `uploading_data`, key `new_user`. */
import { accountSnapshot } from './event-types.ts'
import type { EventType } from './event-types.ts'

/** `activation`: when the address was proven. `registration`: when the account was made. */
export const REGISTRATION_MOMENTS = ['activation', 'registration'] as const
export type RegistrationMoment = (typeof REGISTRATION_MOMENTS)[number]

export type RegistrationMessage = {
  /** The account's id, which is text. */
  user_id: string
  /** The user name or, for an account without, the e-mail address. */
  username: string
  full_name: string
  /** When the account was made, RFC 3339. */
  created_at: string
}

/**
 * Nothing for an event after which no message is due. An account that is added with a proven address gets one at once.
 * An imported account gets none: the other systems know it already.
 */
export function registrationMessage(
  type: EventType,
  data: Record<string, unknown>,
  moment: RegistrationMoment,
): RegistrationMessage | undefined {
  if (type !== 'account.created' && type !== 'account.activated') return undefined
  if (data.how === 'import') return undefined
  const account = accountSnapshot.parse(data.account)
  const atCreation = type === 'account.created'
  if (moment === 'registration' ? !atCreation : !account.email_verified) return undefined
  return {
    user_id: account.id,
    username: account.username ?? account.email,
    full_name: account.name || [account.given_name, account.family_name].filter(Boolean).join(' '),
    created_at: account.created_at,
  }
}
