import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createPlaces } from '../../src/places/places.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { until } from '../provider/stage.ts'
import { problemsOf, read } from '../settings/environment.ts'
import { placeFile } from './mmdb-file.ts'

const BERLIN = {
  city: { names: { en: 'Berlin', ru: 'Берлин', 'zh-CN': '柏林' } },
  country: { iso_code: 'DE', names: { en: 'Germany', ru: 'Германия', 'zh-CN': '德国' } },
}

describe('places', () => {
  let folder: string
  let file: string
  let nowMs = 0
  let faults: unknown[]

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'places '))
    file = join(folder, 'city.mmdb')
  })
  beforeEach(() => {
    faults = []
    writeFileSync(file, placeFile({ '192.0.2.0/24': BERLIN, '198.51.100.0/24': { country: BERLIN.country } }))
  })
  after(() => rmSync(folder, { recursive: true }))

  const placesOf = (settings: Record<string, string>) =>
    createPlaces(read(settings).places, { clock: () => nowMs, onUnreadable: (error) => faults.push(error) })
  const opened = async (settings: Record<string, string> = {}) => {
    const places = placesOf({ ACCOUNT_SERVER_PLACE_DATABASE: file, ...settings })
    await places.opened
    return places
  }

  it('are city and country of a file, in each language, and English where a language lacks', async () => {
    const places = await opened()
    expect(places.of('192.0.2.7')).to.eql({
      en: 'Berlin, Germany',
      'zh-CN': '柏林, 德国',
      ru: 'Берлин, Германия',
    })
    expect(places.of('::ffff:192.0.2.7')?.['en']).to.equal('Berlin, Germany')
    expect(places.of('198.51.100.1')?.['ru']).to.equal('Германия')
    for (const unknown of ['203.0.113.1', '2001:db8::1', 'unknown', '', null, undefined])
      expect(places.of(unknown), String(unknown)).to.equal(undefined)
  })

  it('are the names of one’s own networks first, and need no file', async () => {
    const named = { ACCOUNT_SERVER_NAMED_NETWORKS: 'Desk=10.1.0.0/16, Office = 10.0.0.0/8, Lab=192.0.2.0/24' }
    expect((await opened(named)).of('192.0.2.7')?.['ru']).to.equal('Lab')
    const places = placesOf(named)
    expect(places.of('10.1.2.3')?.['en']).to.equal('Desk')
    expect(places.of('10.9.2.3')?.['en']).to.equal('Office')
    expect(places.of('192.168.0.1')).to.equal(undefined)
    for (const wrong of ['Office', '=10.0.0.0/8', 'Office=ten'])
      expect(problemsOf({ ACCOUNT_SERVER_NAMED_NETWORKS: wrong }).join(), wrong).to.contain('NAMED_NETWORKS')
  })

  it('come from a newer file within a minute, and from the older one while the newer is broken', async () => {
    const places = await opened()
    const renew = (content: Buffer, atSeconds: number) => {
      writeFileSync(file, content)
      utimesSync(file, atSeconds, atSeconds)
      nowMs += MINUTE_MS
      places.of('192.0.2.7')
    }
    renew(Buffer.from('not a database'), 1000)
    await until(() => faults.length === 1, 'the broken file was met')
    expect(places.of('192.0.2.7')?.['en']).to.equal('Berlin, Germany')
    renew(placeFile({ '192.0.2.0/24': { country: { names: { en: 'Norway' } } } }), 2000)
    await until(() => places.of('192.0.2.7')?.['en'] === 'Norway', 'the new file was read')
  })

  it('need a file that is there when the server starts', () => {
    const problem = problemsOf({ ACCOUNT_SERVER_PLACE_DATABASE: join(folder, 'missing.mmdb') }).join()
    expect(problem).to.contain('takes the path of a readable MMDB file')
  })
})
