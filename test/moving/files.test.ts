import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { readCsv } from '../../src/moving/files/read-csv.ts'
import { readElements } from '../../src/moving/files/read-elements.ts'
import { readLines } from '../../src/moving/files/read-lines.ts'
import type { FileRecord, ReadRecords } from '../../src/moving/files/file-record.ts'
import { refusedFile } from '../../src/moving/files/refused-file.ts'
import { createLineIndex } from '../../src/moving/files/line-index.ts'
import { progressBar } from '../../src/command-line/progress-bar.ts'
import { momentOf } from '../../src/moving/values.ts'
import { rejection } from '../accounts/account-world.ts'

/** Reads a text in pieces of every size from one byte on. */
async function readings(read: ReadRecords, text: string): Promise<FileRecord[][]> {
  const bytes = Buffer.from(text)
  const all: FileRecord[][] = []
  for (const size of [1, 2, 3, 7, bytes.length]) {
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    }
    const records: FileRecord[] = []
    for await (const record of read(pieces())) records.push(record)
    all.push(records)
  }
  return all
}

const valueOf = (record: FileRecord) => ('value' in record ? record.value : record.fault)

describe('Files of other systems', () => {
  it('are read wherever their pieces end: a JSON document with several lists', async () => {
    const text = `{"realm": "a\\"[{", "x": {"users": [{"no": 1}]}, "users": [
      {"a": "}]\\\\", "b": [{"c": "é"}]},
      {"a": {"users": []}}], "ids": ["users"], "clients": [{"d": 1}]}`
    for (const [turn, records] of (await readings(readElements, text)).entries()) {
      expect(
        records.map(({ list, line }) => [list, line]),
        `turn ${turn}`,
      ).to.eql([
        ['users', 2],
        ['users', 3],
        ['clients', 3],
      ])
      expect(records.map(valueOf), `turn ${turn}`).to.eql([
        { a: '}]\\', b: [{ c: 'é' }] },
        { a: { users: [] } },
        { d: 1 },
      ])
    }
  })

  it('are read wherever their pieces end: one JSON list', async () => {
    for (const [turn, records] of (await readings(readElements, '[{"a": [[{}]]}, 7, {"b": 2}]')).entries())
      expect(records.map(valueOf), `turn ${turn}`).to.eql([{ a: [[{}]] }, { b: 2 }])
  })

  it('are refused when a JSON document ends too early', async () => {
    const cut = async () => {
      await readings(readElements, '{"users": [{"a": 1}')
    }
    expect(await rejection(cut())).to.include({ code: 'file_invalid' })
  })

  it('are read wherever their pieces end: lines of JSON, with faults named', async () => {
    for (const [turn, records] of (
      await readings(readLines, '{"a":"é"}\r\n\n{"a"\n[1]\n{"b":2}')
    ).entries()) {
      expect(
        records.map(({ line }) => line),
        `turn ${turn}`,
      ).to.eql([1, 3, 4, 5])
      expect(records.map(valueOf), `turn ${turn}`).to.eql([
        { a: 'é' },
        'it is not JSON: it ends too early',
        'it is not a JSON object',
        { b: 2 },
      ])
    }
  })

  it('are read wherever their pieces end: CSV with quotes, line breaks and faults', async () => {
    const text = '\ufeffa,b\r\n"x, ""y""","1\n2"\r\nonly one\r\né,\r\n'
    for (const [turn, records] of (await readings(readCsv, text)).entries())
      expect(records.map(valueOf), `turn ${turn}`).to.eql([
        { a: 'x, "y"', b: '1\n2' },
        'it has 1 values for 2 columns',
        { a: 'é', b: '' },
      ])
  })

  it('may have quotes inside values of CSV', async () => {
    for (const [turn, records] of (await readings(readCsv, 'a,b\n3,x"y"z\n5,6\n')).entries())
      expect(records.map(valueOf), `turn ${turn}`).to.eql([
        { a: '3', b: 'x"y"z' },
        { a: '5', b: '6' },
      ])
  })

  it('are refused when a quote of CSV is never closed', async () => {
    const open = async () => {
      await readings(readCsv, 'a,b\n1,"2\n3,4\n')
    }
    expect(await rejection(open())).to.include({ code: 'file_invalid' })
  })

  it('are compared line by line, for many lines', () => {
    const index = createLineIndex()
    const found: unknown[] = []
    for (let line = 1; line <= 100_000; line += 1)
      found.push(index.note(`text ${line}`, `text ${line}`, line) ?? [])
    expect(found.flat()).to.eql([])
    expect(index.note('text 1', 'text 1', 100_001)).to.eql({ line: 1, sameForm: true })
    expect(index.note('text 99999', 'Text 99999', 100_002)).to.eql({ line: 99_999, sameForm: false })
  })

  for (const [text, expected] of [
    ['2021-03-04 05:06:07.123456+00', '2021-03-04T05:06:07.123Z'],
    ['2021-03-04 05:06:07', '2021-03-04T05:06:07.000Z'],
    ['2021-03-04T05:06:07+02:00', '2021-03-04T03:06:07.000Z'],
    ['2021-03-04', '2021-03-04T00:00:00.000Z'],
    ['1614834367', '2021-03-04T05:06:07.000Z'],
    ['1614834367123', '2021-03-04T05:06:07.123Z'],
  ] as const)
    it(`give the moment ${text}`, () => {
      expect(new Date(momentOf(text)!).toISOString()).to.equal(expected)
    })

  it('add no listener for each wait while refused records are written', async () => {
    const warnings: string[] = []
    const note = ({ name }: Error) => void warnings.push(name)
    process.on('warning', note)
    const folder = mkdtempSync(join(tmpdir(), 'refused-'))
    try {
      const file = refusedFile(join(folder, 'refused.ndjson'))
      for (let wait = 0; wait < 12; wait += 1) {
        file.write('x'.repeat(100_000))
        await file.drained()
      }
      await file.close()
      await setImmediate()
      expect(warnings).to.eql([])
    } finally {
      process.off('warning', note)
      rmSync(folder, { recursive: true })
    }
  })
})

describe('The progress bar', () => {
  it('says how far it is and how long it takes: on a terminal, and as a plain line in a log', () => {
    let written = ''
    let now = 0
    const draw = (isTTY: boolean, quiet = false) => {
      const terminal = { isTTY, columns: 80, write: (text: string) => (written += text) }
      const bar = progressBar(terminal, { quiet, now: () => now })
      now += 60_000
      bar.draw(0.25, '250 records')
      bar.draw(0.26, 'too soon to draw again')
      bar.clear()
    }
    draw(false, true)
    expect(written).to.equal('')
    draw(false)
    expect(written).to.equal('25 %, 3 min 0 s left, 250 records\n')
    written = ''
    draw(true)
    expect(written).to.contain('[######------------------] 25 %, 3 min 0 s left, 250 records')
    expect(written).to.not.contain('too soon')
  })
})
