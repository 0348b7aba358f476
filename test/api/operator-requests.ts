/** Requests to the operations about the server itself: keys, mails, settings. */
import { createWebhook } from '../../src/event-sinks/webhooks/webhooks.ts'
import type { Stage } from '../provider/stage.ts'
import type { Request } from './good-requests.ts'
import { limitRequests } from './limit-requests.ts'
import { givenUpMail } from './given-up-mail.ts'

/** Nothing is posted there: the worker of a stage looks for webhooks by itself, and this one wants none of its events. */
const WEBHOOK = { url: 'https://crm.example.com/events', event_types: ['key.removed'] }

type Make = () => Promise<Request>

export function operatorRequests(
  stage: Stage,
  { own: token }: { own: string },
): Record<'good' | 'refused', Record<string, Make>> {
  const { parts, person } = stage
  const { db } = parts
  const ofLimits = limitRequests(stage, token)
  const at = (path: string, body?: Record<string, unknown>) => () =>
    Promise.resolve({ path, token, ...(body && { body }) })
  const onMail =
    (verb = ''): Make =>
    async () => ({ path: `/mails/${await givenUpMail(parts)}${verb}`, token })
  const onReceiver = (verb = ''): Make => {
    return async () => {
      const topic = 'events.kafka'
      await db('outbox_lanes').insert({ topic }).onConflict('topic').ignore()
      return { path: `/receivers/${topic}${verb}`, token }
    }
  }
  const onWebhook =
    (verb = '', body?: Record<string, unknown>): Make =>
    async () => {
      const { webhook } = await createWebhook(parts, {
        url: WEBHOOK.url,
        description: '',
        eventTypes: WEBHOOK.event_types,
      })
      return { path: `/webhooks/${webhook.id}${verb}`, token, ...(body && { body }) }
    }
  const deliveredMail = async () => {
    const id = await givenUpMail(parts)
    await db('outbox_messages').where({ id }).update({ deliveredAtMs: 1, deadAtMs: null, payload: null })
    return id
  }
  return {
    good: {
      ...ofLimits.good,
      getStatistics: at('/statistics'),
      exportAuditEntries: at('/audit-entries/export?limit=5'),
      listKeys: at('/keys'),
      rotateKeys: at('/keys/rotate', { alg: 'ES256' }),
      listSettings: at('/settings'),
      listMails: at('/mails'),
      getMail: onMail(),
      listAccountMails: async () => ({ path: `/accounts/${(await person()).id}/mails`, token }),
      replayMail: onMail('/replay'),
      replayMails: at('/mails/replay'),
      deleteMail: onMail(),
      listReceivers: at('/receivers'),
      getReceiver: onReceiver(),
      resumeReceiver: onReceiver('/resume'),
      replayReceiver: onReceiver('/replay'),
      listWebhooks: at('/webhooks'),
      createWebhook: at('/webhooks', WEBHOOK),
      getWebhook: onWebhook(),
      updateWebhook: onWebhook('', { enabled: false }),
      rotateWebhookSecret: onWebhook('/rotate-secret', {}),
      replayWebhook: onWebhook('/replay', {}),
      deleteWebhook: onWebhook(),
    },
    refused: {
      ...ofLimits.refused,
      'rotateKeys 409': async () => {
        // As if another rotation had used the key that this one has just published.
        await db.raw(
          `create trigger another_rotation after insert on signing_keys when new.slot = 'EdDSA:next'
           begin delete from signing_keys where kid = new.kid; end`,
        )
        return { path: '/keys/rotate', token, body: { alg: 'EdDSA' } }
      },
      'createWebhook 422': at('/webhooks', { url: 'ftp://crm.example.com/' }),
      'updateWebhook 422': onWebhook('', { event_types: ['no.such_type'] }),
      'replayMail 409': async () => ({ path: `/mails/${await deliveredMail()}/replay`, token }),
      'deleteMail 409': async () => ({ path: `/mails/${await deliveredMail()}`, token }),
    },
  }
}
