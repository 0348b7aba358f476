import { expect } from 'chai'
import { call, startLedger } from './ledger-here.ts'
import type { Called, LedgerHere, LedgerStore } from './ledger-here.ts'

for (const store of ['sqlite', 'mariadb'] as LedgerStore[])
  describe(`the ledger’s transfers, on ${store === 'sqlite' ? 'SQLite' : 'MariaDB'}`, () => {
    let ledger: LedgerHere
    let people = 0
    let keys = 0

    before(async () => {
      ledger = await startLedger(store)
    })
    after(() => ledger.stop())

    type Person = { token: string; email: string; sub: string }

    async function person(): Promise<Person> {
      people += 1
      const sub = `person-${people}`
      return { sub, email: `${sub}@example.org`, token: await ledger.provider.token(sub) }
    }

    const newKey = () => `key-${(keys += 1)}`

    const send = (from: Person, recipient: string, amount_minor: unknown, key: string = newKey()) =>
      call(ledger, { path: '/transfers', token: from.token, key, body: { recipient, amount_minor } })

    async function balance({ token }: Person): Promise<unknown> {
      return (await call(ledger, { path: '/balance', token })).body['balance_minor']
    }

    async function sum(table: 'accounts' | 'entries'): Promise<number> {
      const column = table === 'accounts' ? 'balance_minor' : 'amount_minor'
      const [row] = await ledger.db(table).sum({ sum: column })
      return Number(row?.['sum'])
    }

    function refused(answer: Called, status: number, code: string): void {
      expect(answer.body).to.include({ status, code, type: `urn:account-server-ledger:problem:${code}` })
      expect(answer.status).to.equal(status)
      expect(answer.headers.get('content-type')).to.contain('application/problem+json')
    }

    it('open both accounts with the starting balance, and keep the sum of all at zero [A09]', async () => {
      const [ada, bob] = [await person(), await person()]
      expect(await balance(ada)).to.equal(10_000)
      const answer = await send(ada, bob.email, 2500)
      expect(answer.status).to.equal(201)
      expect(answer.body).to.include({ amount_minor: 2500, recipient: bob.email, balance_minor: 7500 })
      expect([await balance(ada), await balance(bob)]).to.eql([7500, 12_500])
      expect([await sum('accounts'), await sum('entries')]).to.eql([0, 0])
      const { body } = await call(ledger, { path: '/transactions', token: bob.token })
      const items = body['items'] as Record<string, unknown>[]
      expect(items.map((one) => [one['kind'], one['amount_minor'], one['balance_minor']])).to.eql([
        ['transfer', 2500, 12_500],
        ['opening', 10_000, 10_000],
      ])
    })

    it('take the other address, POST /transfer, for the same', async () => {
      const [ada, bob] = [await person(), await person()]
      const body = { recipient: bob.email, amount_minor: 1, note: ' for tea ' }
      const first = await call(ledger, { path: '/transfer', token: ada.token, key: 'tea', body })
      const second = await call(ledger, { path: '/transfers', token: ada.token, key: 'tea', body })
      expect(first.status).to.equal(201)
      expect(first.body['note']).to.equal('for tea')
      expect(second.body).to.eql(first.body)
      expect(second.headers.get('idempotency-replayed')).to.equal('true')
      expect(await balance(ada)).to.equal(9999)
    })

    it('are booked once for one key, however many requests bring it at once', async () => {
      const [ada, bob] = [await person(), await person()]
      const answers = await Promise.all(Array.from({ length: 12 }, () => send(ada, bob.email, 100, 'once')))
      expect(answers.map(({ status }) => status)).to.eql(Array.from({ length: 12 }, () => 201))
      expect(new Set(answers.map(({ body }) => body['id'])).size).to.equal(1)
      expect(await balance(bob)).to.equal(10_100)
    })

    it('refuse a key that came with another order, and keep keys of people apart', async () => {
      const [ada, bob, eve] = [await person(), await person(), await person()]
      expect((await send(ada, bob.email, 5, 'mine')).status).to.equal(201)
      refused(await send(ada, bob.email, 6, 'mine'), 422, 'idempotency_key_reused')
      expect((await send(eve, bob.email, 6, 'mine')).status).to.equal(201)
    })

    it('answer a refusal again for its key, even when it would succeed now', async () => {
      const [ada, bob] = [await person(), await person()]
      refused(await send(ada, bob.email, 10_001, 'late'), 422, 'insufficient_funds')
      expect((await send(bob, ada.email, 5000)).status).to.equal(201)
      refused(await send(ada, bob.email, 10_001, 'late'), 422, 'insufficient_funds')
      expect((await send(ada, bob.email, 10_001)).status).to.equal(201)
    })

    it('refuse oneself, an unknown recipient, too much, and a balance that would be too large', async () => {
      const [ada, bob] = [await person(), await person()]
      refused(await send(ada, ada.email, 1), 422, 'self_transfer')
      refused(await send(ada, 'nobody@example.org', 1), 422, 'recipient_unknown')
      refused(await send(ada, bob.email, Number.MAX_SAFE_INTEGER), 422, 'insufficient_funds')
      expect((await send(ada, bob.email, 1)).status).to.equal(201)
      await ledger.db('accounts').where({ sub: bob.sub }).update({ balance_minor: Number.MAX_SAFE_INTEGER })
      refused(await send(ada, bob.email, 1), 422, 'balance_overflow')
      await ledger.db('accounts').where({ sub: bob.sub }).update({ balance_minor: 10_001 })
      expect(await sum('accounts')).to.equal(0)
    })

    it('refuse amounts that are no whole number above zero, and name the field', async () => {
      const [ada, bob] = [await person(), await person()]
      for (const amount of [0, -1, 0.5, '5', null, Number.MAX_SAFE_INTEGER + 1, 1e300]) {
        const answer = await send(ada, bob.email, amount)
        refused(answer, 400, 'invalid_request')
        const [error] = answer.body['errors'] as { field: string }[]
        expect(error?.field, String(amount)).to.equal('amount_minor')
      }
      expect(await balance(ada)).to.equal(10_000)
    })

    it('never fail when everybody sends to everybody at once, also at first', async () => {
      const all = await Promise.all(Array.from({ length: 6 }, person))
      const pairs = all.flatMap((from) => all.filter((to) => to !== from).map((to) => ({ from, to })))
      const rounds = Array.from({ length: 3 }, () => pairs).flat()
      const answers = await Promise.all(rounds.map(({ from, to }) => send(from, to.email, 10)))
      expect(answers.filter(({ status }) => status !== 201).map(({ body }) => body)).to.eql([])
      expect(await Promise.all(all.map(balance))).to.eql(all.map(() => 10_000))
      expect([await sum('accounts'), await sum('entries')]).to.eql([0, 0])
    })

    it('never let two payments at once spend the same money', async () => {
      const [ada, bob, eve] = [await person(), await person(), await person()]
      const answers = await Promise.all([bob, eve, bob, eve].map((to) => send(ada, to.email, 6000)))
      expect(answers.map(({ status }) => status)).to.have.members([201, 422, 422, 422])
      expect(await balance(ada)).to.equal(4000)
    })

    it('have ids that begin with their time', async () => {
      const [ada, bob] = [await person(), await person()]
      for (const amount of [1, 2, 3]) {
        const { body } = await send(ada, bob.email, amount)
        const id = String(body['id'])
        expect(id, String(amount)).to.match(
          /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
        )
        const ms = Number.parseInt(id.slice(0, 13).replace('-', ''), 16)
        expect(new Date(ms).toISOString(), String(amount)).to.equal(body['created_at'])
      }
    })

    it('are listed newest first, by skip and limit [A10]', async () => {
      const [ada, bob] = [await person(), await person()]
      for (const amount of [1, 2, 3]) await send(ada, bob.email, amount)
      const page = async (query: string) =>
        (await call(ledger, { path: `/transactions${query}`, token: ada.token })).body
      const amounts = (body: Record<string, unknown>) =>
        (body['items'] as { amount_minor: number }[]).map(({ amount_minor }) => amount_minor)
      expect(amounts(await page(''))).to.eql([-3, -2, -1, 10_000])
      const second = await page('?skip=1&limit=2')
      expect(amounts(second)).to.eql([-2, -1])
      expect(second).to.include({ skip: 1, limit: 2, has_more: true })
      expect(await page('?limit=100000')).to.include({ limit: 200, has_more: false })
      expect(await page('?skip=-1')).to.include({ code: 'invalid_request' })
      expect(await page('?limit=0')).to.include({ code: 'invalid_request' })
    })

    it('need a token of a person with the scope, and a key', async () => {
      const [ada, bob] = [await person(), await person()]
      const body = { recipient: bob.email, amount_minor: 1 }
      const ask = (given: object) => call(ledger, { path: '/transfers', key: newKey(), body, ...given })
      const none = await ask({})
      refused(none, 401, 'unauthorized')
      expect(none.headers.get('www-authenticate')).to.equal('Bearer realm="ledger"')
      refused(await ask({ token: 'forged' }), 401, 'invalid_token')
      const reading = await ask({ token: await ledger.provider.token(ada.sub, 'ledger:read') })
      refused(reading, 403, 'insufficient_scope')
      expect(reading.headers.get('www-authenticate')).to.contain('scope="ledger:send"')
      refused(await ask({ token: await ledger.provider.token('bench') }), 403, 'person_required')
      refused(await ask({ token: ada.token, key: undefined }), 400, 'idempotency_key_missing')
      refused(await ask({ token: ada.token, body: '{' }), 400, 'invalid_request')
      refused(await ask({ token: ada.token, body: `"${'x'.repeat(20_000)}"` }), 413, 'body_too_large')
      const wrong = await call(ledger, { path: '/transfers', token: ada.token })
      refused(wrong, 405, 'method_not_allowed')
      expect(wrong.headers.get('allow')).to.equal('POST')
    })
  })
