/** Creates an app with the questions of its kind. Without an answer that is needed, the page asks again. */
import { formOf } from '../../http/request/request-state.ts'
import { AppError } from '../../platform/errors.ts'
import type { Message } from '../../words/message.ts'
import { theOperation } from '../console-api.ts'
import { errorsOf, tried, typedIn } from '../desk.ts'
import type { Desk } from '../desk.ts'
import { bodyOf, fieldsOf } from '../form.ts'
import { actHref, thingHref } from '../hrefs.ts'
import { assertMay } from '../reading-pages.ts'
import { clients, resources } from '../sections/clients.ts'
import type { Shown } from '../sections/section.ts'
import { word } from '../wording/words.ts'
import { findKind, KINDS } from './kinds.ts'
import type { Kind } from './kinds.ts'

const CREATE = 'createClient'

type Params = Readonly<Record<string, string>>

export async function showKinds(desk: Desk): Promise<void> {
  assertMay(desk, CREATE)
  desk.show(
    'kinds',
    {
      kinds: KINDS.map(({ name }) => ({ name, href: `${clients.guide}/${name}` })),
      allHref: clients.create && actHref(clients, clients.create),
      resourceHref: resources.create && desk.may(resources.create.id) && actHref(resources, resources.create),
    },
    clients.name,
  )
}

export async function showQuestions(desk: Desk, params: Params): Promise<void> {
  const kind = theKind(desk, params)
  const { errors, values } = desk.services.nextPage.take(desk.ctx, desk)
  desk.show(
    'questions',
    {
      kind: kind.name,
      fields: askedOf(desk, kind),
      action: desk.ctx.path,
      backHref: clients.guide,
      values: values ?? {},
      errors: errors ?? {},
    },
    clients.name,
  )
}

export async function submitQuestions(desk: Desk, params: Params): Promise<void> {
  const kind = theKind(desk, params)
  const { ctx, services, api } = desk
  const typed = bodyOf(askedOf(desk, kind), formOf(ctx))
  const again = (errors: Record<string, Message>) =>
    services.nextPage.lead(ctx, ctx.path, { errors, values: typedIn(ctx) }, desk)
  const missing = kind.needs.filter((name) => isEmpty(typed[name]))
  if (missing.length > 0) return again(Object.fromEntries(missing.map((name) => [name, 'admin-needed'])))
  const answer = await tried(() => api({ id: CREATE, body: { ...withoutEmpty(typed), ...kind.sets } }))
  if ('refusal' in answer) return again(errorsOf(answer.refusal))
  const { client_id: id, client_secret: secret } = answer.done.body
  const values: Record<string, string> = typeof secret === 'string' ? { client_secret: secret } : {}
  const href = `${thingHref(clients.name, String(id))}/settings`
  services.nextPage.lead(ctx, href, { notice: word('done', CREATE), values }, desk)
}

/** @throws AppError 403 `insufficient_scope`, 404 `not_found` */
function theKind(desk: Desk, { kind }: Params): Kind {
  assertMay(desk, CREATE)
  const found = findKind(kind)
  if (!found) throw new AppError('not_found', 404, 'There is nothing at this address.')
  return found
}

function askedOf({ services }: Desk, { asks }: Kind) {
  return fieldsOf(theOperation(services.operations, CREATE), { fields: asks })
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0)
}

function withoutEmpty(typed: Shown): Shown {
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => !isEmpty(value)))
}
