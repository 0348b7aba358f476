/** What an app would see of a person, for an administrator who types the person's address. */
import type { Message } from '../../words/message.ts'
import { errorsOf, tried } from '../desk.ts'
import type { Desk } from '../desk.ts'
import { thingHref } from '../hrefs.ts'
import { accountIdOf } from '../named-account.ts'
import { assertMay, titleOf } from '../reading-pages.ts'
import { accounts } from '../sections/accounts.ts'
import { clients } from '../sections/clients.ts'
import type { Shown } from '../sections/section.ts'

const LONGEST = 700

export async function showPreview(desk: Desk, params: Readonly<Record<string, string>>): Promise<void> {
  assertMay(desk, 'previewClient')
  const { api, ctx, show } = desk
  const path = { client_id: params['key'] ?? '' }
  const { body: client } = await api({ id: 'getClient', params: path })
  const [account, scope] = [textOf(ctx.query['account']), textOf(ctx.query['scope'])]
  const query = { account, ...(scope && { scope }) }
  const person = account ? await personOf(desk, account) : undefined
  const answer = account ? await tried(() => api({ id: 'previewClient', params: path, query })) : undefined
  show(
    'preview',
    {
      title: titleOf(client, ['client_name']),
      backHref: thingHref(clients.name, String(client['client_id'])),
      values: { account, scope },
      errors: answer && 'refusal' in answer ? errorsOf(answer.refusal) : {},
      person,
      preview: answer && 'done' in answer ? previewOf(answer.done.body) : undefined,
    },
    clients.name,
  )
}

/** Nothing where no role allows to read the account, or where it is not there. */
async function personOf(desk: Desk, typed: string): Promise<{ title: Message; href: string } | undefined> {
  const id = await accountIdOf(desk, typed)
  const answer = await tried(() => desk.api({ id: 'getAccount', params: { id } }))
  if ('refusal' in answer) return undefined
  return { title: titleOf(answer.done.body, ['name', 'email']), href: thingHref(accounts.name, id) }
}

function previewOf(body: Shown) {
  return {
    mayUse: body['may_use'] === true,
    reasons: body['reasons'] as { code: string; detail: string }[],
    ignored: body['ignored_scope'],
    claims: (['id_token', 'userinfo'] as const).map((name) => ({ name, entries: entriesOf(body[name]) })),
  }
}

function entriesOf(claims: unknown): [string, string][] {
  return Object.entries((claims ?? {}) as Shown).map(([name, value]) => [name, textual(value)])
}

function textual(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, LONGEST) : ''
}
