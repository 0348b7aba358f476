/** When other systems learn of a new user. The settings of each sink are beside this. */
import { z } from 'zod'
import { REGISTRATION_MOMENTS } from '../events/registration-message.ts'

export const eventSettings = {
  registration_message_at: z
    .enum(REGISTRATION_MOMENTS)
    .default('activation')
    .meta({
      group: 'Events',
      takes: REGISTRATION_MOMENTS.join(' or '),
      description: 'When the message about a new user is sent: once the address is confirmed, or at once.',
    }),
}
