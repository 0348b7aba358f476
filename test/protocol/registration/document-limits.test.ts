import { expect } from 'chai'
import { anyAddress, awayFromNextWindow, openStage } from '../../provider/stage.ts'
import { startDocumentHost } from './document-host.ts'

describe('the document of a client', () => {
  it('is fetched within limits: one fetch for all who wait, none again after a failure, so many from a host [S-1.88]', async () => {
    const host = await startDocumentHost()
    const env = {
      ...host.env,
      ACCOUNT_SERVER_CLIENT_ID_DOCUMENTS: 'any',
      ACCOUNT_SERVER_CLIENT_DOCUMENTS_PER_HOST: '4',
    }
    const stage = await openStage({ store: 'sqlite', processes: 1, env })
    try {
      const ask = (clientId: string, headers: Record<string, string> = { 'x-forwarded-for': anyAddress() }) =>
        stage.send({ to: `/oauth/authorize?${new URLSearchParams({ client_id: clientId })}`, headers })
      const timesOf = (path: string) => host.asked.filter((one) => one === path).length
      await awayFromNextWindow()
      const clientId = host.describe('/shared.json')
      await Promise.all(Array.from({ length: 30 }, () => ask(clientId)))
      expect(timesOf('/shared.json')).to.equal(1)
      expect(
        await stage.parts.db('attempt_buckets').whereNot('bucket', 'like', 'ready:%').pluck('failures'),
      ).to.eql([1])
      const gone = `${host.origin}/gone.json`
      const failed = [await ask(gone), await ask(gone), ...(await Promise.all([ask(gone), ask(gone)]))]
      expect(new Set(failed.map(({ status }) => status))).to.eql(new Set([400]))
      expect(timesOf('/gone.json')).to.equal(1)
      await ask(host.describe('/third.json'))
      await ask(host.describe('/fourth.json'))
      const refused = await ask(host.describe('/fifth.json'))
      expect(refused.status).to.equal(429)
      expect(Number(refused.headers['retry-after'])).to.be.within(1, 300)
      expect(refused.text).to.match(/4 fetches in 5 minutes; wait \d+ seconds/)
      expect(timesOf('/fifth.json')).to.equal(0)
      expect((await ask(clientId)).status).not.to.equal(429)
    } finally {
      await stage.stop()
      await host.stop()
    }
  })
})
