/** Pages from ejs files. Data is one closed object that ejs never reads options from, and everything is escaped. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import ejs from 'ejs'
import type { TemplateFunction } from 'ejs'
import { breakPoints } from '../words/break-points.ts'
import type { Catalogue, Translate } from '../words/catalogue.ts'
import { knownTimeZone, momentInWords } from '../words/time-zone.ts'
import { requestState } from './request/request-state.ts'
import type { AnyContext } from './request/request-state.ts'
import { requestLanguage } from './request/request-language.ts'
import type { LanguageRules } from './request/request-language.ts'
import { allowOwnQuestions, allowOwnScripts, allowOwnWorkers } from './security-headers.ts'

export type Render = {
  /** Sets the page as the answer. `view` is a path below `viewsDir` without extension, e.g. `interaction/login`. */
  (ctx: AnyContext, view: string, locals?: Record<string, unknown>, status?: number): void
  /** The texts in the reader's language, for answers that are no page. */
  texts: (ctx: AnyContext) => Translate
}

const VIEW_NAME = /^[a-z0-9]+(?:[-/][a-z0-9]+)*$/

/**
 * What parts of a page ask of the whole: addresses of scripts of ours, whether they ask this server or work in the background,
 * and that no two fields take the focus.
 */
type AskedOfPage = { scripts: Set<string>; hasFocus: boolean; asks: boolean; works: boolean }

export type Templates = {
  /** The HTML of a page in a language. */
  (view: string, language: string, locals: Record<string, unknown>): string
  catalogue: Catalogue
}

/**
 * Templates are compiled at first use and kept. Raw output (`<%-`) is refused unless it includes another template.
 * Every page has `t`, the texts of `catalogue` in its language, and `locale`. Beside `common` and its locals it has
 * `csrfToken`, `account`, `reader`, `pageNeeds` and `styleHref`, empty where there is none. `timeZone` is the reader's,
 * UTC where `hasTimeZone` is false, and `moment` writes a time in it. `brand` may be that of the app. `pieces` are between
 * the places where a line may break.
 */
export function createTemplates(
  viewsDir: string,
  catalogue: Catalogue,
  common: Record<string, unknown>,
): Templates {
  const compiled = new Map<string, TemplateFunction>()
  const template = (view: string): TemplateFunction => {
    const known = compiled.get(view)
    if (known) return known
    if (!VIEW_NAME.test(view)) throw new Error(`not a view name: ${JSON.stringify(view)}`)
    const fresh = compile(path.join(viewsDir, `${view}.ejs`), viewsDir)
    compiled.set(view, fresh)
    return fresh
  }
  const html = (view: string, language: string, locals: Record<string, unknown>) => {
    const t = catalogue.in(language)
    const always = {
      styleHref: '',
      csrfToken: '',
      account: undefined,
      reader: undefined,
      pageNeeds: noNeeds(),
      t,
      locale: t.language,
      timeZone: 'UTC',
      moment: momentInWords,
      pieces: breakPoints,
    }
    return template(view)(Object.assign(Object.create(null), always, common, locals))
  }
  return Object.assign(html, { catalogue })
}

/** Scripts are allowed on those pages only that ask for one. */
export function createRenderer(templates: Templates, languages: LanguageRules): Render {
  const render = (ctx: AnyContext, view: string, locals: Record<string, unknown> = {}, status = 200) => {
    const { csrfToken = '', account, reader, brand, readerZone } = requestState(ctx)
    const ofApp = brand && { brand, serverName: brand.name }
    const pageNeeds = noNeeds()
    // An address that failed may hold a secret, and is not worth a return.
    const here = ctx.method === 'GET' && status === 200 ? `${ctx.path}${ctx.search}` : '/'
    const language = requestLanguage(ctx, languages)
    const zone = knownTimeZone(readerZone ?? '')
    const time = { timeZone: zone ?? 'UTC', hasTimeZone: zone !== undefined }
    const always = { csrfToken, account, reader, here, ...time, ...ofApp }
    const html = templates(view, language, { ...always, ...locals, pageNeeds })
    if (pageNeeds.works) allowOwnWorkers(ctx)
    else if (pageNeeds.asks) allowOwnQuestions(ctx)
    else if (pageNeeds.scripts.size > 0) allowOwnScripts(ctx)
    ctx.status = status
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = html
  }
  const texts = (ctx: AnyContext) => templates.catalogue.in(requestLanguage(ctx, languages))
  return Object.assign(render, { texts })
}

const noNeeds = (): AskedOfPage => ({ scripts: new Set(), hasFocus: false, asks: false, works: false })

function compile(file: string, viewsDir: string): TemplateFunction {
  const checked = new Set<string>()
  const includer = (_name: string, filename: string) => {
    if (!checked.has(filename)) refuseRawOutput(readFileSync(filename, 'utf8'), filename)
    checked.add(filename)
    return { filename }
  }
  const text = readFileSync(file, 'utf8')
  refuseRawOutput(text, file)
  return ejs.compile(text, { filename: file, root: viewsDir, views: [viewsDir], cache: true, includer })
}

function refuseRawOutput(text: string, file: string): void {
  if (/<%-(?!\s*include\()/.test(text))
    throw new Error(`${path.basename(file)} writes unescaped output (<%-)`)
}
