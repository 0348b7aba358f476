import { statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { embeddedPlace } from '../cli/command-line.ts'
import { BCRYPT } from './samples.ts'

const CSV = `id,email,password_hash\n1,ada@example.com,${BCRYPT}\n2,bob@example.com,${BCRYPT}\n`
const LINE = `{"id":"1","email":"ada@example.com","password_hash":"${BCRYPT}"}`

describe('cli import of odd files', () => {
  const place = embeddedPlace()
  const path = (name: string) => join(place.folder, name)
  before(() => place.json(['migrate']))
  after(place.remove)

  const read: [string, string, string | Buffer, Record<string, unknown>][] = [
    ['a BOM and CRLF in CSV', 'bom.csv', `\ufeff${CSV.replaceAll('\n', '\r\n')}`, { imported: 2 }],
    ['semicolons, as spreadsheets write them', 'semi.csv', CSV.replaceAll(',', ';'), { imported: 2 }],
    ['tabs in CSV', 'tabs.csv', CSV.replaceAll(',', '\t'), { imported: 2 }],
    [
      'a BOM, CRLF and a blank line in NDJSON',
      'bom.ndjson',
      `\ufeff${LINE}\r\n\r\n`,
      { records: 1, imported: 1 },
    ],
    ['gzip', 'packed.csv.gz', gzipSync(CSV), { imported: 2 }],
    ['a first line of columns alone', 'head.csv', 'id,email\n', { records: 0 }],
  ]
  for (const [what, name, content, expected] of read)
    it(`reads ${what}`, async () => {
      writeFileSync(path(name), content)
      expect(await place.json(['import', path(name), '--dry-run'])).to.deep.include({
        refused: 0,
        ...expected,
      })
    })

  const refused: [string, string, string | Buffer, string, string][] = [
    ['a NUL byte in an address', 'nul.csv', CSV.replace('bob', 'b\0ob'), 'email_invalid', '3'],
    ['a NUL byte in a line of JSON', 'nul.ndjson', LINE.replace('ada', 'a\0da'), 'not_readable', '1'],
    ['a value too few', 'few.csv', `${CSV}3,eve@example.com\n`, 'not_readable', '4'],
    ['a value that is no value of JSON', 'odd.ndjson', `${LINE}\n{"id": oops}`, 'not_readable', '2'],
  ]
  for (const [what, name, content, code, line] of refused)
    it(`refuses the one record with ${what}, with its line`, async () => {
      writeFileSync(path(name), content)
      const report = await place.json(['import', path(name), '--dry-run'])
      expect(report).to.deep.include({ refused: 1, refused_by: { [code]: 1 } })
      expect(report['examples']).to.have.nested.property('[0].line', Number(line))
      expect(JSON.stringify(report)).to.not.contain(BCRYPT)
    })

  it('names the column where a line stops being JSON', async () => {
    for (const [text, place_] of [
      ['{"id": oops}', 'column 8'],
      ['{"a":"b"', 'it ends too early'],
      ['{"a":"b"}}', 'column 10'],
      ['{"a":"\u0001"}', 'column 7'],
      ['{"a" "b"}', 'column 6'],
    ] as const) {
      writeFileSync(path('column.ndjson'), `${LINE}\n${text}\n`)
      const report = await place.json(['import', path('column.ndjson'), '--dry-run'])
      expect(report['examples'], text).to.have.nested.property('[0].why', `it is not JSON: ${place_}`)
    }
  })

  const broken: [string, string, string | Buffer, RegExp][] = [
    ['an empty file', 'empty.csv', '', /is empty/],
    ['UTF-16 with a mark', 'utf16.csv', Buffer.from(`\ufeff${CSV}`, 'utf16le'), /UTF-16.*iconv -f UTF-16/],
    ['UTF-16 without a mark', 'bare16.csv', Buffer.from(CSV, 'utf16le'), /UTF-16/],
    [
      'a gzip file that was cut off',
      'cut.csv.gz',
      gzipSync(CSV.repeat(1000)).subarray(0, 200),
      /gzip file is cut off/,
    ],
    ['a ZIP file', 'packed.csv', Buffer.from('PK\u0003\u0004 and more'), /ZIP/],
    [
      'a column that is named twice',
      'twice.csv',
      'id,email,id\n1,2,3\n',
      /Line 1 names "id" twice: columns 1 and 3/,
    ],
    ['a quote that is never closed', 'open.csv', `${CSV}3,"eve\n`, /Line 4, column 2: .*not closed/],
    ['CSV that is called NDJSON', 'csv.ndjson', CSV, /Line 1, column 1: got "i", and ndjson begins with "{"/],
    [
      'NDJSON that is called CSV',
      'lines.csv',
      `\n ${LINE}\n`,
      /Line 2, column 2: got "{", and csv begins with names/,
    ],
    [
      'JSON that ends too early',
      'cut.json',
      `{"users":[${LINE},\n{"id":`,
      /ends on line 2; the object that begins on line 2/,
    ],
  ]
  for (const [what, name, content, message] of broken)
    it(`refuses ${what}, and says where`, async () => {
      writeFileSync(path(name), content)
      const args = [
        'import',
        path(name),
        '--dry-run',
        ...(name.endsWith('.json') ? ['--format', 'json'] : []),
      ]
      const { error, error_description: text } = await place.refused(args)
      expect(error).to.equal('file_invalid')
      expect(text).to.match(message)
      expect(text).to.not.contain(BCRYPT)
    })

  for (const [name, begins] of [
    ['huge.csv', 'id,email\n1,'],
    ['huge.ndjson', `${LINE}\n{"id":"`],
    ['quote.csv', 'id,email\n1,"'],
  ] as const)
    it(`refuses a line of a gigabyte without reading all of it: ${name}`, async () => {
      // A file with a hole: it takes no space.
      writeFileSync(path(name), begins)
      truncateSync(path(name), 1024 ** 3)
      expect(statSync(path(name)).size).to.equal(1024 ** 3)
      const startedAt = process.cpuUsage()
      const { error, error_description: text } = await place.refused(['import', path(name), '--dry-run'])
      expect(error).to.equal('file_invalid')
      expect(text).to.match(/[Ll]ine 2.* longer than 8 MiB/)
      expect(process.cpuUsage(startedAt).user, 'microseconds of CPU').to.be.below(5_000_000)
    })
})
