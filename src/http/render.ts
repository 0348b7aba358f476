/** Pages from ejs files. Data is one closed object that ejs never reads options from, and everything is escaped. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import ejs from 'ejs'
import type { TemplateFunction } from 'ejs'
import { requestState } from './request/request-state.ts'
import type { AnyContext } from './request/request-state.ts'

/** Sets the page as the answer. `view` is a path below `viewsDir` without extension, e.g. `interaction/login`. */
export type Render = (
  ctx: AnyContext,
  view: string,
  locals?: Record<string, unknown>,
  status?: number,
) => void

const VIEW_NAME = /^[a-z0-9]+(?:[-/][a-z0-9]+)*$/

/** The HTML of a page; for one that is the same for everybody. */
export type Templates = (view: string, locals: Record<string, unknown>) => string

/**
 * Templates are compiled at first use and kept. Raw output (`<%-`) is refused unless it includes another template.
 * Every page has `csrfToken`, `account` and `styleHref` (empty where there is none) beside `common` and its locals.
 */
export function createTemplates(viewsDir: string, common: Record<string, unknown>): Templates {
  const compiled = new Map<string, TemplateFunction>()
  const template = (view: string): TemplateFunction => {
    const known = compiled.get(view)
    if (known) return known
    if (!VIEW_NAME.test(view)) throw new Error(`not a view name: ${JSON.stringify(view)}`)
    const fresh = compile(path.join(viewsDir, `${view}.ejs`), viewsDir)
    compiled.set(view, fresh)
    return fresh
  }
  return (view, locals) => {
    const always = { styleHref: '', csrfToken: '', account: undefined }
    return template(view)(Object.assign(Object.create(null), always, common, locals))
  }
}

export function createRenderer(templates: Templates): Render {
  return (ctx, view, locals = {}, status = 200) => {
    const { csrfToken = '', account } = requestState(ctx)
    const html = templates(view, { csrfToken, account, ...locals })
    ctx.status = status
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = html
  }
}

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
