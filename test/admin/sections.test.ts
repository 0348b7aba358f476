/** Whether the administration pages do what the API does, in the same words. `src/admin/sections` is the table of the pages. */
import { expect } from 'chai'
import { actsOf, SECTIONS } from '../../src/admin/sections/sections.ts'
import { word } from '../../src/admin/wording/words.ts'
import { LANGUAGES, loadCatalogue } from '../../src/words/catalogue.ts'
import { readDocument } from '../api/described.ts'
import type { DescribedOperation } from '../api/described.ts'
import { sqliteStage } from '../provider/stage.ts'

/** What has no page of its own, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  exportAuditEntries: 'The audit trail has links to download it.',
  getStatistics: 'The start page shows them.',
  checkAccount: 'It is for programs that know an address. The pages search.',
  listClientExchangeRules: 'The rules are made on the machine of the server. client show has them there.',
  previewClient: 'It has a page of its own, with a link on the page of the client.',
  getAccountPicture: 'The page of an account says whether there is one, and removes it.',
}

describe('the sections of the administration', () => {
  let operations: DescribedOperation[]
  before(async () => {
    ;({ operations } = await readDocument(await sqliteStage()))
  })
  const acts = SECTIONS.flatMap(actsOf)
  const read = SECTIONS.flatMap(({ list, one }) => [
    list.id,
    ...[list.row?.id, list.below?.id].filter((id) => id !== undefined),
    ...(one ? [one.id, ...(one.parts ?? []).map((part) => part.id)] : []),
  ])

  it('have every operation of administrators once, or a reason', () => {
    const all = operations.filter(({ caller }) => caller === 'administrator').map(({ id }) => id)
    const shown = [...read, ...acts.map(({ id }) => id)]
    expect(acts).to.have.length(new Set(acts.map(({ id }) => id)).size)
    const reasons = Object.keys(WITHOUT).filter((id) => all.includes(id))
    expect([...new Set([...shown, ...reasons])].toSorted()).to.eql(all.toSorted())
  })

  it('call each by the words of the API, and have its texts in every language', () => {
    for (const language of Object.keys(LANGUAGES)) {
      const t = loadCatalogue({ strict: true }).in(language)
      for (const { id } of acts)
        for (const kind of ['op', 'do', 'done'] as const)
          expect(t.has(word(kind, id)), `${language} ${word(kind, id)}`).to.equal(true)
    }
    const english = loadCatalogue({ strict: true }).in('en')
    for (const { id } of acts) {
      const { summary } = operations.find((one) => one.id === id)!
      expect(english(word('op', id)), id).to.equal(summary)
    }
  })

  it('name only fields that the catalogue has, in every language', () => {
    const fields = SECTIONS.flatMap(({ list, one }) => [
      ...list.fields,
      ...(list.filters ?? []),
      ...(list.below?.fields ?? []),
      ...(one?.fields ?? []),
      ...(one?.parts ?? []).flatMap((part) => part.fields),
    ])
    const typed = acts.flatMap(({ fields: named, id }) => named ?? bodyFields(operations, id))
    expect(typed.length).to.be.greaterThan(20)
    for (const language of Object.keys(LANGUAGES)) {
      const t = loadCatalogue({ strict: true }).in(language)
      for (const name of [...fields, ...typed])
        expect(t.has(word('field', name)), `${language} ${word('field', name)}`).to.equal(true)
    }
  })

  it('do not call a group or a role as they call a person', () => {
    for (const language of ['ru', 'zh-CN']) {
      const t = loadCatalogue({ strict: true }).in(language)
      expect(t(word('field', 'name', 'groups')), language).to.not.equal(t(word('field', 'name', 'accounts')))
    }
  })

  it('ask before all that ends or removes something', () => {
    const removing = acts.filter(({ id }) =>
      /^(?:delete|disable|remove|revoke|refuse|end|reset|disconnect)/.test(id),
    )
    expect(removing.length).to.be.greaterThan(10)
    for (const { id, danger } of removing) expect(danger, id).to.equal(true)
  })
})

function bodyFields(operations: readonly DescribedOperation[], id: string): string[] {
  const { body } = operations.find((one) => one.id === id)!
  return Object.keys((body?.['properties'] ?? {}) as object)
}
