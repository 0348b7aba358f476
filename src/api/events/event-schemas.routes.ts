/** The JSON schema of the data of each type of event: public, and the same for as long as its version is. */
import { Router } from '@koa/router'
import { eventSchema } from '../../events/event-schema.ts'
import { AppError } from '../../platform/errors.ts'

export function eventSchemaRoutes(issuer: string): Router {
  const router = new Router()
  router.get('/events/schemas/:type/1.json', (ctx) => {
    const schema = eventSchema(issuer, ctx.params['type'] ?? '')
    if (!schema) throw new AppError('event_type_unknown', 404, 'There is no such type of event.')
    ctx.set('Cache-Control', 'public, max-age=3600')
    ctx.set('Access-Control-Allow-Origin', '*')
    ctx.body = JSON.stringify(schema)
    ctx.type = 'application/schema+json'
  })
  return router
}
