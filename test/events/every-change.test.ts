import { expect } from 'chai'
import { NOUNS } from '../../src/cli/commands.ts'
import { nameOf } from '../../src/command-line/command.ts'
import { AUDITED_ACTIONS, eventOf } from '../../src/audit/audited-actions.ts'
import type { AuditAction } from '../../src/audit/audited-actions.ts'
import { EVENT_TYPES } from '../../src/events/event-types.ts'
import type { EventType } from '../../src/events/event-types.ts'
import { sources } from '../support/source-tree.ts'
import { ADMINISTRATION_CHANGES } from './administration-changes.ts'
import { API_CHANGES } from './api-changes.ts'
import { COMMAND_CHANGES } from './command-changes.ts'
import type { Changes } from './prepared-subjects.ts'
import { openEventWorld } from './event-world.ts'
import type { EventWorld } from './event-world.ts'
import { LIFE_CHANGES } from './life-changes.ts'
import { PAGE_CHANGES } from './page-changes.ts'
import { PASSKEY_CHANGES } from './passkey-changes.ts'
import { PROGRAM_CHANGES } from './program-changes.ts'

const TABLES = {
  command: COMMAND_CHANGES,
  page: { ...PAGE_CHANGES, ...LIFE_CHANGES, ...PASSKEY_CHANGES },
  operation: { ...API_CHANGES, ...ADMINISTRATION_CHANGES },
  program: PROGRAM_CHANGES,
}

describe('every change of state', () => {
  let world: EventWorld

  before(async () => {
    world = await openEventWorld()
  })
  after(async () => world.stop())

  for (const [kind, changes] of Object.entries(TABLES))
    for (const [name, change] of Object.entries(changes)) {
      if ('none' in change) continue
      it(`by the ${kind} ${name} sends once, and has in the audit trail: ${change.events.join(', ')}`, async () => {
        const given = (await change.given?.(world)) ?? ''
        await world.taken()
        const before = await lastEntry()
        await change.run(world, given)
        const types = (await world.taken()).map(({ type }) => type)
        expect(types.sort()).to.deep.equal([...change.events].sort())
        expect(await auditedSince(before)).to.include.members(audited(change.events))
      })
    }

  const lastEntry = async (): Promise<number> => {
    const row: { id: number } | undefined = await world.parts
      .db('audit_events')
      .orderBy('id', 'desc')
      .first('id')
    return row?.id ?? 0
  }

  /** The events that the new entries are about. */
  const auditedSince = async (id: number) => {
    const rows: { action: AuditAction }[] = await world.parts
      .db('audit_events')
      .where('id', '>', id)
      .select('action')
    return rows.map(({ action }) => eventOf(action)?.event ?? action)
  }

  it('by a command is in the table, or its reason is', () => {
    const names = NOUNS.flatMap(({ commands }) => commands.map(nameOf))
    expect(Object.keys(COMMAND_CHANGES)).to.have.members(names)
  })

  it('by a page is in the table, or its reason is', () => {
    expect(Object.keys(TABLES.page)).to.have.members(
      found(/(?:\.post\(|\['post',)\s*'(\/[^']*)'/g, /^(?:pages|interaction|protocol)\//),
    )
  })

  it('by an operation of the API is in the table, or its reason is', async () => {
    type Described = { paths: Record<string, Record<string, { operationId: string }>> }
    const { paths } = (await (await fetch(`${world.issuer}/api/v1/openapi.json`)).json()) as Described
    const operations = Object.values(paths).flatMap((methods) =>
      Object.entries(methods).flatMap(([method, { operationId }]) => (method === 'get' ? [] : [operationId])),
    )
    expect(Object.keys(TABLES.operation)).to.have.members(operations)
  })

  it('of each type is among the journeys', () => {
    const shown = Object.values(TABLES).flatMap(typesOf)
    expect([...new Set(shown)]).to.have.members(Object.keys(EVENT_TYPES))
  })

  it('that the audit trail shows is an event, or gives the reason', () => {
    for (const [action, entry] of Object.entries(AUDITED_ACTIONS)) {
      const event: unknown = 'event' in entry ? entry.event : entry.none
      expect(event, action).to.be.a('string').and.have.length.greaterThan(5)
    }
    const used = found(/action: '([\w.]+)'/g, /^(?!audit\/)/)
    expect(used.filter((action) => !(action in AUDITED_ACTIONS))).to.deep.equal([])
  })
})

/** A session that begins has the entry of its sign-in. */
const audited = (events: readonly EventType[]) => events.filter((type) => type !== 'session.started')

const typesOf = (changes: Changes): readonly EventType[] =>
  Object.values(changes).flatMap((change) => ('none' in change ? [] : change.events))

/** What the expression finds in the files of these folders, each once. */
function found(expression: RegExp, folders: RegExp): string[] {
  const names = sources
    .filter(({ file }) => folders.test(file))
    .flatMap(({ text }) => [...text.matchAll(expression)].map(([, name]) => name!))
  return [...new Set(names)]
}
