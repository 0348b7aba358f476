/** Whether each code that the administration pages show has words, and stays visible where operators type it. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ADMIN_SCOPES } from '../../src/accounts/roles/admin-scopes.ts'
import { listRoles } from '../../src/accounts/roles/roles.ts'
import { CODES } from '../../src/admin/wording/codes.ts'
import { actsOf, SECTIONS } from '../../src/admin/sections/sections.ts'
import { REFUSALS } from '../../src/admin/wording/refusals.ts'
import { wordsOfRole } from '../../src/admin/shown.ts'
import { word } from '../../src/admin/wording/words.ts'
import { AUDITED_ACTIONS } from '../../src/audit/audited-actions.ts'
import { recordAudit } from '../../src/audit/audit.ts'
import { MAIL_KINDS } from '../../src/outbox/mail-request.ts'
import { loadConfig } from '../../src/settings/config.ts'
import { settingsInEffect } from '../../src/settings/described/described-settings.ts'
import { LANGUAGES, loadCatalogue } from '../../src/words/catalogue.ts'
import type { Described, DescribedOperation, Json } from '../api/described.ts'
import { readDocument } from '../api/described.ts'
import { sqliteStage } from '../provider/stage.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { holderAt, linksOf, plain } from './holder.ts'

const LOCALES = join(import.meta.dirname, '../../locales')
/** Codes that are names by themselves, or have words elsewhere. */
const WITHOUT: Readonly<Record<string, string>> = {
  alg: 'Algorithms have names of their own.',
  scopes: 'Scopes have their words beside the ticks, as `admin-choice`.',
}
const ELSEWHERE = [
  ...['owner', 'anonymous', 'cli', 'system', 'client', 'upstream'].map((one) => `actor.${one}`),
  'browser.Unknown device',
]

/** About the request itself: the pages send it as it has to be, and sign in again. Faults of fields have words of their own. */
const NOT_OF_FORMS: readonly string[] = [
  'invalid_request',
  'unauthorized',
  'invalid_token',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'insufficient_scope',
  'insufficient_user_authentication',
  'administrator_required',
  'idempotency_key_reused',
  'origin_not_allowed',
  'request_in_progress',
  'request_timeout',
  'unsupported_media_type',
]

describe('codes on the administration pages', () => {
  let described: Described
  before(async () => {
    described = await readDocument(await sqliteStage())
  })

  it('have words in every language, and no words are left over', () => {
    const tables = Object.entries(CODES).flatMap(([field, codes]) => codes.map((code) => `${field}.${code}`))
    const groups = settingsInEffect(loadConfig({})).map(({ group }) => `setting_group.${group}`)
    const all = [...tables, ...codesInApi(described), ...groups, ...ELSEWHERE]
    expect(tables.length).to.be.greaterThan(Object.keys(AUDITED_ACTIONS).length + MAIL_KINDS.length)
    expect(codesInApi(described)).to.include.members(['state.given_up', 'use.sig', 'sign_up.link_only'])
    const wanted = [...new Set(all.map((one) => word('value', one)))].toSorted()
    for (const language of Object.keys(LANGUAGES))
      expect(idsOf(language, 'admin-value-'), language).to.eql(wanted)
  })

  it('have other words than other codes of the field', () => {
    for (const language of Object.keys(LANGUAGES)) {
      const t = loadCatalogue({ strict: true }).in(language)
      for (const [field, codes] of Object.entries(CODES)) {
        const words = codes.map((code) => t(word('value', `${field}.${code}`)))
        expect(new Set(words).size, `${language} ${field}`).to.equal(codes.length)
      }
    }
  })

  it('that roles allow have words, in every language', () => {
    const wanted = ADMIN_SCOPES.map((scope) => word('choice', scope)).toSorted()
    for (const language of Object.keys(LANGUAGES))
      expect(idsOf(language, 'admin-choice-'), language).to.eql(wanted)
  })

  it('of refusals have words in every language, for all that the pages ask of the API', () => {
    const asked = [...SECTIONS.map(({ list }) => list.id), ...SECTIONS.flatMap(actsOf).map(({ id }) => id)]
    const answered = described.operations
      .filter(({ id }) => asked.includes(id))
      .flatMap(({ codes }) => Object.entries(codes).flatMap(([status, all]) => (status < '500' ? all : [])))
    const wanted = [...new Set(answered)].filter((code) => !NOT_OF_FORMS.includes(code)).toSorted()
    expect(REFUSALS.toSorted()).to.eql(wanted)
    const ids = [...wanted, 'field', 'missing'].map((code) => word('refusal', code)).toSorted()
    for (const language of Object.keys(LANGUAGES))
      expect(idsOf(language, 'admin-refusal-'), language).to.eql(ids)
  })

  it('of roles that a new server has are described in words', async () => {
    const { parts } = await sqliteStage()
    const started = (await listRoles(parts.db)).filter(({ name }) => ['admin', 'support'].includes(name))
    const words = started.map(({ description }) => wordsOfRole(description))
    expect(words).to.eql(['admin-role-admin', 'admin-role-support'])
  })
})

describe('an entry of the audit trail on the administration pages', () => {
  let server: RunningServer
  before(async () => {
    server = await startServer({ store: 'sqlite' })
  })
  after(() => server.stop())

  it('is in words, with its code beside them, in the list, the filter and on its page', async () => {
    const { visitor, person } = await holderAt(server, 'admin')
    const { db, clock } = server.parts
    const { id: accountId } = person.account
    const detail = { reason: 'wrong_password', tries: 2 }
    const entry = { action: 'sign_in.failed', actor: 'anonymous', accountId, detail } as const
    await recordAudit(db, { ...entry, atMs: clock() })
    const inRussian = { headers: { 'accept-language': 'ru' } }
    const list = await visitor.get('/admin/audit-entries?action=sign_in.failed', inRussian)
    expect(plain(list)).to.contain('Вход не удался sign_in.failed')
    expect(list.text).to.contain('selected>Вход не удался (sign_in.failed)</option>')
    const href = /href="(\/admin\/audit-entries\/\d+)"/.exec(list.text)?.[1] ?? ''
    const page = await visitor.get(href, inRussian)
    expect(page.heading).to.equal('Вход не удался')
    expect(plain(page)).to.contain('sign_in.failed').and.to.contain('кто-то без входа anonymous')
    expect(plain(page)).to.match(/reason ?: wrong_password tries ?: 2/)
  })

  it('says that people did it to their own account, and keeps a filter that no table has', async () => {
    const { visitor, person } = await holderAt(server, 'admin')
    const { id } = person.account
    const own = await visitor.get(`/admin/audit-entries?action=sign_in.succeeded&account_id=${id}`)
    expect(plain(own)).to.contain('By: the person').and.not.to.contain('Times: 1')
    const old = await visitor.get('/admin/audit-entries?action=of.yesterday')
    expect(old.text).to.match(/<option value="of.yesterday" selected>of.yesterday/)
  })

  it('leads to the accounts that it names, as long as they exist and the reader may see them', async () => {
    const { visitor } = await holderAt(server, 'admin')
    const { visitor: auditor } = await holderAt(server, ['audit:read'])
    const { id } = (await server.createAccount()).account
    const { db, clock } = server.parts
    for (const accountId of [id, '00000000-0000-4000-8000-000000000000'])
      await recordAudit(db, { atMs: clock(), action: 'account.unlocked', actor: 'cli', accountId })
    const list = await visitor.get('/admin/audit-entries?action=account.unlocked')
    const [gone = '', there = ''] = linksOf(list).filter((href) => /audit-entries\/\d/.test(href))
    const people = async (reader: typeof visitor, href: string) =>
      linksOf(await reader.get(href)).filter((one) => one.startsWith('/admin/accounts/'))
    expect(await people(visitor, there)).to.eql([`/admin/accounts/${id}`])
    expect(await people(visitor, gone)).to.eql([])
    expect(await people(auditor, there)).to.eql([])
  })

  it('says in the language of the reader why a form was refused', async () => {
    const { visitor, person } = await holderAt(server, 'admin')
    const inRussian = { headers: { 'accept-language': 'ru' } }
    const form = await visitor.get('/admin/accounts/-/create', inRussian)
    const taken = await visitor.followForm(form, { email: person.account.email, name: 'Ada' }, inRussian)
    expect(plain(taken)).to.contain('Аккаунт с этим адресом уже есть.')
    const empty = await visitor.followForm(form, { email: '', name: 'Ada' }, inRussian)
    expect(plain(empty)).to.contain('Заполните это поле.')
  })

  it('leaves what is English in other languages to readers of English', async () => {
    const { visitor } = await holderAt(server, 'admin')
    const settings = await visitor.get('/admin/settings', { headers: { 'accept-language': 'zh-CN' } })
    expect(settings.text).to.contain('<span lang="en">Shown on every page and in every mail.</span>')
  })
})

/** The texts with this beginning. */
function idsOf(language: string, prefix: string): string[] {
  const folder = join(LOCALES, language)
  const files = readdirSync(folder).filter((file) => file.startsWith('admin'))
  const lines = files.flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
  const ids = lines.flatMap((line) => (line.startsWith(prefix) ? [line.split(' ')[0] ?? ''] : []))
  return ids.toSorted()
}

/** The values of every field that a page shows, offers or filters by, as `field.value`. */
function codesInApi({ operations, resolved }: Described): string[] {
  const the = (id: string) => operations.find((one) => one.id === id)!
  const read = SECTIONS.flatMap(({ list, one }) => [
    { id: list.id, fields: list.fields },
    ...(list.below ? [list.below] : []),
    ...(one ? [one, ...(one.parts ?? [])] : []),
  ])
  const shown = read.flatMap(({ id, fields }) =>
    fields.flatMap((field) => valuesAt(answerOf(the(id), resolved), field, resolved)),
  )
  const filters = SECTIONS.flatMap(({ list }) =>
    the(list.id).parameters.flatMap(({ name, schema }) =>
      list.filters?.includes(name) ? enumOf(schema, resolved).map((value) => `${name}.${value}`) : [],
    ),
  )
  const offered = SECTIONS.flatMap(actsOf).flatMap(({ id, fields }) => {
    const body = resolved(the(id).body ?? {})
    const names = fields ?? Object.keys((body['properties'] ?? {}) as Json)
    return names.flatMap((name) => valuesAt(body, name, resolved))
  })
  return [...shown, ...filters, ...offered].filter((one) => !((one.split('.')[0] ?? '') in WITHOUT))
}

type Resolve = Described['resolved']

function answerOf({ responses }: DescribedOperation, resolved: Resolve): Json {
  const { content = {} } = responses['200'] ?? {}
  const body = resolved(Object.values(content)[0]?.schema ?? {})
  const { items } = (body['properties'] ?? {}) as { items?: { items?: Json } }
  return items?.items ? resolved(items.items) : body
}

function valuesAt(schema: Json, field: string, resolved: Resolve): string[] {
  const properties = (schema['properties'] ?? {}) as Record<string, Json>
  return enumOf(properties[field] ?? {}, resolved).map((value) => `${field}.${value}`)
}

/** Of a schema, of its alternatives, or of the items of a list. */
function enumOf(given: Json, resolved: Resolve): string[] {
  const schema = resolved(given) as { enum?: unknown[]; anyOf?: Json[]; items?: Json }
  const inner = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])]
  return [...(schema.enum ?? []).map(String), ...inner.flatMap((one) => enumOf(one, resolved))]
}
