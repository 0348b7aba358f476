/** The page that asks before something is done, with the form of the operation, and the form that does it. */
import { formOf } from '../http/request/request-state.ts'
import { AppError } from '../platform/errors.ts'
import { withChoices } from './choices.ts'
import { theOperation } from './console-api.ts'
import type { Call } from './console-api.ts'
import { errorsOf, tried, typedIn } from './desk.ts'
import type { Desk } from './desk.ts'
import { fileErrorsOf, fileIn } from './file-form.ts'
import { bodyOf, fieldsOf, valuesOf } from './form.ts'
import type { Field } from './form.ts'
import { accountIdOf } from './named-account.ts'
import { actHref, sectionHref, thingHref } from './hrefs.ts'
import { assertMay, isOpen, nothingHere, theSection, titleOf } from './reading-pages.ts'
import type { Act, Section, Shown } from './sections/section.ts'
import { actsOf } from './sections/sections.ts'
import { subjectOf } from './subject.ts'
import { word } from './wording/words.ts'

type Params = Readonly<Record<string, string>>
type Asked = { section: Section; act: Act; key: string | undefined; fields: Field[] }

/** Shown once, on the page that follows. */
const ONCE = ['client_secret', 'secret', 'link']

export async function showAct(desk: Desk, params: Params): Promise<void> {
  const asked = await askedFor(desk, params)
  const { section, act, key, fields } = asked
  const { shown, etag } = await before(desk, asked)
  const { errors, values } = desk.services.nextPage.take(desk.ctx, desk)
  desk.show(
    'act',
    {
      act,
      fields,
      name: section.name,
      title: shown && section.one && titleOf(shown, section.one.titled),
      subject: key === undefined ? [] : await subjectOf(desk, section, act, key),
      action: actHref(section, act, key) + desk.ctx.search,
      pictureHref: act.file && shown && section.picture?.(shown),
      backHref: key !== undefined && section.one ? thingHref(section.name, key) : sectionHref(section.name),
      values: values ?? (shown ? valuesOf(fields, shown) : {}),
      errors: errors ?? {},
      etag: values?.['etag'] ?? etag,
    },
    section.name,
  )
}

export async function submitAct(desk: Desk, params: Params): Promise<void> {
  const asked = await askedFor(desk, params)
  const { section, act, key } = asked
  const { services, ctx, api } = desk
  const sent = formOf(ctx)
  const here = actHref(section, act, key) + ctx.search
  const call = { id: act.id, params: paramsOf(desk, section, key), ifMatch: sent['etag'] ?? '' }
  const answer = await tried(async () => api({ ...call, ...(await contentOf(desk, asked)) }))
  if ('refusal' in answer) {
    const refused = act.file ? fileErrorsOf : errorsOf
    const values = { ...typedIn(ctx), etag: sent['etag'] ?? '' }
    return services.nextPage.lead(ctx, here, { errors: refused(answer.refusal), values }, desk)
  }
  const { body: result } = answer.done
  const secrets = ONCE.flatMap((name) => (typeof result[name] === 'string' ? [[name, result[name]]] : []))
  services.nextPage.lead(
    ctx,
    afterwards(section, act, key, result),
    {
      notice: word('done', act.id),
      ...(secrets.length > 0 && { values: Object.fromEntries(secrets) as Record<string, string> }),
    },
    desk,
  )
}

/** What the form sends to the API: a file, a body, or nothing. */
async function contentOf(desk: Desk, asked: Asked): Promise<Pick<Call, 'body' | 'file'>> {
  const { act, fields } = asked
  if (act.file) return { file: fileIn(desk.ctx) }
  if (fields.length === 0) return {}
  const body = bodyOf(fields, formOf(desk.ctx), await valuesBefore(desk, asked))
  return { body: await withAccount(desk, body) }
}

/** What the form of a change showed, unless somebody else changed it meanwhile. */
async function valuesBefore(desk: Desk, asked: Asked): Promise<Record<string, string>> {
  if (theOperation(desk.services.operations, asked.act.id).method !== 'patch') return {}
  const { shown } = await before(desk, asked)
  return shown ? valuesOf(asked.fields, shown) : {}
}

/** @throws AppError 403 `insufficient_scope`, `beyond_your_roles`, 404 `not_found` */
async function askedFor(desk: Desk, params: Params): Promise<Asked> {
  const { services } = desk
  const section = theSection(desk, params['section'])
  const key = params['key']
  const act = actsOf(section).find(
    (one) => one.verb === params['verb'] && (one === section.create) === (key === undefined),
  )
  if (!act) throw nothingHere()
  assertMay(desk, act.id)
  if (key !== undefined && !(await isOpen(desk, section, key)))
    throw new AppError(
      'beyond_your_roles',
      403,
      'The roles of the account allow more than those of the person.',
    )
  const fields = fieldsOf(theOperation(services.operations, act.id), act)
  return { section, act, key, fields: await withChoices(desk, act, fields) }
}

/** The thing as it is now. A list alone has no entity tags. */
async function before(
  { api }: Desk,
  { section, act, key }: Asked,
): Promise<{ shown: Shown | undefined; etag: string }> {
  if (key === undefined || !section.one) return { shown: undefined, etag: '' }
  const { body, etag } = await api({ id: section.one.id, params: { [section.key]: key } })
  // A row of a list is another thing, and the roles have a tag of their own.
  if ('key' in act) return { shown: body, etag: '' }
  if (act.id !== 'setAccountRoles') return { shown: body, etag }
  const roles = await api({ id: 'getAccountRoles', params: { [section.key]: key } })
  return { shown: { ...body, ...roles.body }, etag: roles.etag }
}

/** The thing, and what the address names of a row. */
function paramsOf({ ctx }: Desk, section: Section, key: string | undefined): Record<string, string> {
  const further = Object.entries(ctx.query).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  return { ...Object.fromEntries(further), ...(key !== undefined && { [section.key]: key }) } as Record<
    string,
    string
  >
}

async function withAccount(desk: Desk, body: Shown): Promise<Shown> {
  const { account_id: named } = body
  return typeof named === 'string' ? { ...body, account_id: await accountIdOf(desk, named) } : body
}

function afterwards(section: Section, act: Act, key: string | undefined, result: Shown): string {
  const isGone = act.id.startsWith('delete')
  const id = key ?? (typeof result[section.key] === 'string' ? (result[section.key] as string) : undefined)
  return section.one && id !== undefined && !isGone ? thingHref(section.name, id) : sectionHref(section.name)
}
