import { fileURLToPath } from 'node:url'
import { createRenderer, createTemplates } from '../../src/http/render.ts'
import type { AnyContext } from '../../src/http/request/request-state.ts'
import type { SamplePage } from './sample-pages.ts'

const viewsDir = fileURLToPath(new URL('../../views', import.meta.url))
const common = { locale: 'en', styleHref: '/assets/style.css', passwordScriptHref: '/assets/password.js' }
const render = createRenderer(createTemplates(viewsDir, common))

/** The page as the server's own renderer makes it; `extra` wins over the sample's locals. */
export function renderSample({ page, locals }: SamplePage, extra: Record<string, unknown> = {}): string {
  const ctx = { state: { csrfToken: 'sample-csrf' }, set: () => undefined, body: '' }
  const offlineEnds = 'Ends after 30 days without use, after 1 year at the latest, or when you remove it.'
  const common = { serverName: 'Account Server', title: 'Sample title', offlineEnds }
  render(ctx as unknown as AnyContext, page, { ...common, ...locals, ...extra })
  return ctx.body
}
