/** Why the API refused what was typed, in words of the catalogue. Its own sentences are English, for developers. */
import type { Message } from '../../words/message.ts'
import { word } from './words.ts'

/** The codes that have words. A test compares them with what the operations of the pages answer. */
export const REFUSALS: readonly string[] = [
  'account_disabled',
  'account_exists',
  'account_not_found',
  'app_not_found',
  'authorization_details_type_exists',
  'beyond_your_roles',
  'body_too_large',
  'client_has_no_secret',
  'client_not_found',
  'client_of_resource',
  'email_invalid',
  'group_description_invalid',
  'group_exists',
  'group_in_use',
  'group_name_invalid',
  'group_not_found',
  'invalid_client_metadata',
  'invalid_cursor',
  'invalid_redirect_uri',
  'invalid_resource',
  'invitation_needs_email',
  'invitation_not_found',
  'last_admin',
  'limit_not_found',
  'logo_not_found',
  'mail_not_found',
  'mail_not_given_up',
  'mail_not_waiting',
  'member_not_found',
  'network_invalid',
  'new_email_not_found',
  'not_waiting',
  'password_refused',
  'picture_broken',
  'picture_missing',
  'picture_not_found',
  'picture_too_many_pixels',
  'picture_too_slow',
  'picture_type',
  'pictures_off',
  'precondition_failed',
  'receiver_not_found',
  'registration_closed',
  'resource_exists',
  'resource_not_found',
  'role_built_in',
  'role_description_invalid',
  'role_exists',
  'role_name_invalid',
  'role_not_found',
  'rotation_conflict',
  'session_not_found',
  'too_many_groups',
  'too_many_roles',
  'upstream_exists',
  'upstream_invalid',
  'upstream_not_connected',
  'upstream_not_found',
  'username_taken',
  'webhook_invalid',
  'webhook_not_found',
]

/** `detail`: the sentence of the API. */
export function wordsOfRefusal(code: string, detail: string): Message {
  return { id: REFUSALS.includes(code) ? word('refusal', code) : 'admin-detail', args: { detail } }
}

/** What is wrong with one field. `detail`: as its schema says it. */
export function wordsOfFault(detail: string): Message {
  return detail.endsWith('received undefined')
    ? 'admin-refusal-missing'
    : { id: 'admin-refusal-field', args: { detail } }
}
