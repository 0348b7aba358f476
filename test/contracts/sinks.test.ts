import { expect } from 'chai'
import type { CloudEvent } from '../../src/events/events.ts'
import type { OutboxMessage } from '../../src/outbox/sink.ts'
import { timeOrderedIds } from '../../src/platform/time-ordered-id.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { RECEIVERS } from './sink-receivers.ts'
import type { Received, Receiver } from './sink-receivers.ts'

const nextId = timeOrderedIds(systemClock)

/** A message of the outbox with an event of this person. */
function messageOf(person: string, turn: number): OutboxMessage {
  const payload: CloudEvent = {
    specversion: '1.0',
    id: nextId(),
    source: 'https://accounts.example',
    type: 'account.changed',
    subject: person,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: 'https://accounts.example/events/schemas/account.changed/1.json',
    data: { turn, name: 'Ада «Λ» 爱达 🎈' },
  }
  return { id: nextId(), topic: 'events.test', key: person, payload, attempt: 1, createdAtMs: Date.now() }
}

const eventOf = ({ payload }: OutboxMessage) => payload as CloudEvent
const ofPerson = (all: readonly Received[], person: string) =>
  all.filter(({ event }) => event.subject === person).map(({ event }) => event.id)

for (const { name, start } of RECEIVERS) {
  describe(`A sink of events for ${name}`, () => {
    let receiver: Receiver

    before(async () => {
      receiver = await start()
    })
    after(async () => {
      await receiver?.sink.close?.()
      await receiver?.stop()
    })

    it('hands over whole events, with what a consumer routes and deduplicates by', async () => {
      const message = messageOf('person-0', 0)
      const { delivered, failed } = await receiver.sink.deliverAll([message])
      expect(delivered).to.deep.equal([message.id])
      expect(failed.size).to.equal(0)
      const all = await receiver.received(1)
      expect(all.at(-1)).to.deep.equal({
        id: eventOf(message).id,
        route: 'person-0',
        event: message.payload,
      })
    })

    it('keeps the order of each person’s events, within a batch and over several', async () => {
      const before = (await receiver.received(0)).length
      const people = ['person-1', 'person-2', 'person-3']
      const sent = Array.from({ length: 90 }, (_, turn) => messageOf(people[turn % 3]!, turn))
      for (const from of [0, 30, 60]) {
        const batch = sent.slice(from, from + 30)
        const { delivered } = await receiver.sink.deliverAll(batch)
        expect([...delivered].sort(), `from ${from}`).to.deep.equal(batch.map(({ id }) => id).sort())
      }
      const all = await receiver.received(before + sent.length)
      for (const person of people) {
        const expected = sent.filter(({ key }) => key === person).map((message) => eventOf(message).id)
        expect(ofPerson(all, person), person).to.deep.equal(expected)
      }
    })

    it('gives up a message that is no event, and delivers the others', async () => {
      const before = (await receiver.received(0)).length
      const [good, bad] = [messageOf('person-4', 0), { ...messageOf('person-5', 0), payload: { odd: true } }]
      const { delivered, failed } = await receiver.sink.deliverAll([bad, good])
      expect(delivered).to.deep.equal([good.id])
      expect([...failed].map(([id, { reason, permanent }]) => ({ id, reason, permanent }))).to.deep.equal([
        { id: bad.id, reason: 'event_invalid', permanent: true },
      ])
      expect(ofPerson(await receiver.received(before + 1), 'person-4')).to.deep.equal([eventOf(good).id])
    })

    it('delivers nothing while the receiver is away, and everything once it is back', async () => {
      await receiver.leave()
      const batch = [messageOf('person-6', 0), messageOf('person-6', 1)]
      const outcome = await receiver.sink.deliverAll(batch).catch((error: unknown) => error)
      if (!(outcome instanceof Error)) expect(outcome).to.have.property('delivered').that.deep.equals([])
      await receiver.comeBack()
      const all = await untilDelivered(receiver, batch)
      expect(ofPerson(all, 'person-6')).to.deep.equal(batch.map((message) => eventOf(message).id))
    })
  })
}

/** A client may need a moment to connect again. */
async function untilDelivered(receiver: Receiver, batch: readonly OutboxMessage[]): Promise<Received[]> {
  const before = (await receiver.received(0)).length
  for (const untilMs = Date.now() + 60_000; ;) {
    const outcome = await receiver.sink.deliverAll(batch).catch((error: unknown) => {
      if (Date.now() > untilMs) throw error
    })
    if (outcome?.delivered.length === batch.length) return receiver.received(before + batch.length)
    if (Date.now() > untilMs) throw new Error('the receiver was back, but nothing was delivered')
  }
}
