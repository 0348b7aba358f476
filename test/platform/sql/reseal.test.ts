import { expect } from 'chai'
import { countByKey, resealColumn } from '../../../src/platform/sql/reseal.ts'
import type { SealedColumn } from '../../../src/platform/sql/reseal.ts'
import { createSealer, deriveKey } from '../../../src/platform/tokens.ts'
import { DATABASES } from '../change-feed-databases.ts'
import type { MigratedDatabase } from '../change-feed-databases.ts'

const [OLD, NEW, LOST] = ['old', 'new', 'lost'].map((secret) => deriveKey(secret, 'data')) as [
  Buffer,
  Buffer,
  Buffer,
]
const ROWS = 25

const MAILS: SealedColumn = {
  what: 'mails',
  table: 'outboxMessages',
  column: 'payload',
  key: 'id',
  needs: ['topic'],
  context: ({ id, topic }) => `${topic}:${id}`,
}

for (const { name, open } of DATABASES)
  describe(`sealing again on ${name}`, () => {
    let database: MigratedDatabase
    const earlier = createSealer([OLD])
    const both = createSealer([NEW, OLD])
    const later = createSealer([NEW])
    const idOf = (row: number) => `row-${String(row).padStart(3, '0')}`

    before(async () => (database = await open()))
    after(() => database.drop())

    async function fill(): Promise<void> {
      await database.db('outboxMessages').delete()
      for (let row = 0; row < ROWS; row += 1) {
        const id = idOf(row)
        const payload = earlier.seal(`content ${row}`, `mail:${id}`)
        await database.db('outboxMessages').insert({ id, topic: 'mail', payload, createdAtMs: 1 })
      }
      await database
        .db('outboxMessages')
        .insert({ id: 'delivered', topic: 'mail', payload: null, createdAtMs: 1 })
    }

    const payloads = async () => {
      const rows: { id: string; payload: string | null }[] = await database
        .db('outboxMessages')
        .select('id', 'payload')
        .orderBy('id')
      return rows.filter(({ payload }) => payload !== null) as { id: string; payload: string }[]
    }

    it('opens with the new key alone afterwards, in batches that are reported, and is done once', async () => {
      await fill()
      const reports: number[] = []
      const onBatch = ({ resealed }: { resealed: number }) => void reports.push(resealed)
      const done = await resealColumn(database.db, both, MAILS, { batch: 10, onBatch })
      expect(done).to.eql({ resealed: ROWS, unreadable: 0 })
      expect(reports).to.eql([10, 20, 25])
      const opened = (await payloads()).map(({ id, payload }) => later.open(payload, `mail:${id}`))
      expect(opened).to.eql(Array.from({ length: ROWS }, (_, row) => `content ${row}`))
      expect(await resealColumn(database.db, both, MAILS)).to.eql({ resealed: 0, unreadable: 0 })
    })

    it('continues where it was interrupted', async () => {
      await fill()
      const interrupted = resealColumn(database.db, both, MAILS, {
        batch: 10,
        onBatch() {
          throw new Error('killed')
        },
      })
      expect(await interrupted.catch((error: Error) => error.message)).to.equal('killed')
      expect(await resealColumn(database.db, both, MAILS)).to.eql({ resealed: ROWS - 10, unreadable: 0 })
    })

    it('leaves what cannot be opened as it is, and says how much that is', async () => {
      await fill()
      const lost = createSealer([LOST]).seal('content', `mail:${idOf(3)}`)
      const moved = (await payloads())[5]!.payload
      await database
        .db('outboxMessages')
        .where({ id: idOf(3) })
        .update({ payload: lost })
      await database
        .db('outboxMessages')
        .where({ id: idOf(4) })
        .update({ payload: moved })
      const done = await resealColumn(database.db, both, MAILS, { batch: 2 })
      expect(done).to.eql({ resealed: ROWS - 2, unreadable: 2 })
      expect((await payloads())[3]!.payload).to.equal(lost)
    })

    it('does not restore messages that were delivered meanwhile, also when two operators run it', async () => {
      await fill()
      const runs = [1, 2].map(() => resealColumn(database.db, both, MAILS, { batch: ROWS }))
      const deliveries = Array.from({ length: ROWS }, (_, row) =>
        database
          .db('outboxMessages')
          .where({ id: idOf(row) })
          .update({ payload: null }),
      )
      await Promise.all([...runs, ...deliveries])
      expect(await payloads()).to.eql([])
    })

    it('counts what each key sealed', async () => {
      await fill()
      const [oldId, newId] = [earlier.keyIds[0], later.keyIds[0]]
      expect(both.keyIds).to.eql([newId, oldId])
      expect(await countByKey(database.db, MAILS)).to.eql(new Map([[oldId, ROWS]]))
      await resealColumn(database.db, both, MAILS)
      expect(await countByKey(database.db, MAILS)).to.eql(new Map([[newId, ROWS]]))
    })
  })
