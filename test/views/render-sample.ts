import { fileURLToPath } from 'node:url'
import { createRenderer, createTemplates } from '../../src/http/render.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { LANGUAGES, loadCatalogue } from '../../src/words/catalogue.ts'
import type { AnyContext } from '../../src/http/request/request-state.ts'
import type { SamplePage } from './sample-pages.ts'

const viewsDir = fileURLToPath(new URL('../../views', import.meta.url))
const catalogue = loadCatalogue({ strict: true })
const onEveryPage = {
  styleHref: '/assets/style.css',
  passwordScriptHref: '/assets/password.js',
  challengeScriptHref: '/assets/challenge.js',
  challengeWorkerHref: '/assets/challenge-worker.js',
  zoneScriptHref: '/assets/time-zone.js',
  timesScriptHref: '/assets/local-times.js',
  typedScriptHref: '/assets/typed.js',
  sentScriptHref: '/assets/sent.js',
  mailWaitScriptHref: '/assets/mail-wait.js',
  languages: LANGUAGES,
}
const render = createRenderer(createTemplates(viewsDir, catalogue, onEveryPage), {
  secure: false,
  clock: systemClock,
  developer: true,
})

/** The page as the server's own renderer makes it; `extra` wins over the sample's locals. */
export function renderSample(
  { page, locals }: SamplePage,
  extra: Record<string, unknown> = {},
  language = 'en',
): string {
  const ctx = {
    method: 'GET',
    path: '/sample',
    search: '',
    state: { csrfToken: 'sample-csrf', uiLocales: language },
    cookies: { get: () => undefined },
    set: () => undefined,
    body: '',
  }
  const offlineEnds = {
    idle: { id: 'scope-days', args: { count: 30 } },
    longest: { id: 'scope-years', args: { count: 1 } },
  }
  const common = { serverName: 'Account Server', offlineEnds }
  render(ctx as unknown as AnyContext, page, { ...common, ...locals, ...extra })
  return ctx.body
}
