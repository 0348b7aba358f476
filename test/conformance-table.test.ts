import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const HOME = join(import.meta.dirname, '..')

type Row = { plan: string; module: string; file: string; sentence: string }

/** The rows of every table below "Modules" in docs/conformance.md. */
function rowsOf(text: string): Row[] {
  const rows: Row[] = []
  let plan = ''
  for (const line of text.slice(text.indexOf('\n## Modules')).split('\n')) {
    if (line.startsWith('### ')) plan = line.slice(4)
    const cells = /^\| `([^`]+)` +\| +(.+?) +\| +(.+?) +\|$/.exec(line)
    if (!cells) continue
    const [, module = '', file = '', sentence = ''] = cells.map((cell) => cell.replaceAll('\\|', '|'))
    rows.push({ plan, module, file: file.replaceAll('`', ''), sentence: unquoted(sentence) })
  }
  return rows
}

const unquoted = (cell: string) => /^(`+) ?([\s\S]*?) ?\1$/.exec(cell)?.[2] ?? cell

describe('the table of conformance modules', () => {
  const rows = rowsOf(readFileSync(join(HOME, 'docs/conformance.md'), 'utf8'))

  it('covers every plan, and no module of a plan twice', () => {
    const plans = new Map<string, string[]>()
    for (const { plan, module } of rows) plans.set(plan, [...(plans.get(plan) ?? []), module])
    const counts = [...plans].map(([plan, modules]) => [plan, modules.length])
    expect(Object.fromEntries(counts)).to.eql({
      Basic: 38,
      Config: 1,
      Dynamic: 23,
      'Form Post': 38,
      'RP-Initiated Logout': 11,
      'Back-Channel Logout': 2,
      'FAPI 2.0 Security Profile (final)': 65,
      'FAPI 2.0 Message Signing (final)': 14,
      'FAPI-CIBA': 44,
    })
    for (const [plan, modules] of plans) expect(new Set(modules).size, plan).to.equal(modules.length)
  })

  it('names for each module a test that there is, or says why there is none', () => {
    const sources = new Map<string, string>()
    for (const { module, file, sentence } of rows) {
      if (file === '–') {
        expect(sentence, module).to.match(/\w{4}/)
        continue
      }
      const path = join(HOME, file)
      expect(existsSync(path), `${module}: ${file}`).to.equal(true)
      const source = sources.get(file) ?? readFileSync(path, 'utf8')
      sources.set(file, source)
      expect(source.includes(sentence), `${module}: "${sentence}" in ${file}`).to.equal(true)
    }
  })
})
