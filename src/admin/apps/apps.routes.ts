/** The pages about apps that are more than a list, a thing or a form of one operation. */
import { Router } from '@koa/router'
import { atDesk } from '../desk.ts'
import type { DeskServices } from '../desk.ts'
import { showKinds, showQuestions, submitQuestions } from './guide-pages.ts'
import { showPreview } from './preview-page.ts'
import { showSettings } from './settings-page.ts'

export function appRoutes(services: DeskServices): Router {
  const router = new Router()
  router.get('/admin/clients/-/new', atDesk(services, showKinds))
  router.get('/admin/clients/-/new/:kind', atDesk(services, showQuestions))
  router.post('/admin/clients/-/new/:kind', atDesk(services, submitQuestions))
  router.get('/admin/clients/:key/settings', atDesk(services, showSettings))
  router.get('/admin/clients/:key/preview', atDesk(services, showPreview))
  return router
}
