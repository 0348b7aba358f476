import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { globalHelp } from '../../src/command-line/help.ts'
import { columns, drawOn, record, table } from '../../src/command-line/layout.ts'
import { PLAIN, screenOf } from '../../src/command-line/screen.ts'
import { NOUNS } from '../../src/cli/commands.ts'
import { embeddedPlace } from './command-line.ts'

const TERMINAL = { isTTY: true, columns: 100 }
const COLOURED = /\p{Cc}\[\d+m/u

describe('What the command line prints on a terminal', () => {
  afterEach(() => drawOn(PLAIN))

  it('has colours and a width, and neither in a pipe', () => {
    expect(screenOf(TERMINAL, {})).to.eql({ colour: true, width: 100 })
    expect(screenOf({}, {})).to.eql({ colour: false })
    expect(screenOf({ columns: 100 }, {})).to.eql({ colour: false })
  })

  for (const { environment, stream = TERMINAL, colour } of [
    { environment: { NO_COLOR: '1' }, colour: false },
    { environment: { NO_COLOR: '' }, colour: true },
    { environment: { TERM: 'dumb' }, colour: false },
    { environment: { FORCE_COLOR: '1' }, stream: {}, colour: true },
    { environment: { FORCE_COLOR: '0' }, colour: false },
    { environment: { FORCE_COLOR: '1', NO_COLOR: '1' }, stream: {}, colour: true },
  ])
    it(`${colour ? 'has' : 'has no'} colours with ${JSON.stringify(environment)}`, () => {
      expect(screenOf(stream, environment)).to.include({ colour })
    })

  const HEAD = ['ID', 'E-MAIL', 'NAME', 'STATE', 'CREATED']
  const ROWS = [
    [
      'b1f4c2e0-5f0b-4c57-9a4e-0f8f0d1f4c11',
      'ann@example.com',
      'Ann Lee of the very long name',
      'verified',
      '2026-01-05T09:30:00.000Z',
    ],
    [
      'c1f4c2e0-5f0b-4c57-9a4e-0f8f0d1f4c11',
      'li@example.com',
      '示例用户',
      'disabled',
      '2026-01-05T09:31:00.000Z',
    ],
  ]

  it('is a table whole in a pipe', () => {
    const [, first] = table(HEAD, ROWS, 'No accounts.').split('\n')
    for (const cell of ROWS[0] ?? []) expect(first, cell).to.contain(cell)
  })

  it('cuts long names where a table is too wide, and never ids, addresses and times', () => {
    drawOn({ width: 104, colour: false })
    const [, first, second] = table(HEAD, ROWS, 'No accounts.').split('\n')
    expect(first).to.match(/^b1f4c2e0-\S{27}  ann@example\.com  Ann Lee of .*…  verified  2026-01-05 09:30Z$/)
    expect(first).to.have.length.at.most(104)
    expect(second).to.contain('示例用户').and.contain('disabled')
  })

  it('lists one value in a line where not even that fits', () => {
    drawOn({ width: 95, colour: false })
    const lines = table(HEAD, ROWS, 'No accounts.').split('\n')
    expect(lines).to.include('NAME     Ann Lee of the very long name')
    expect(lines.every((line) => line.length <= 95)).to.equal(true)
  })

  it('wraps long values and the texts of the help under themselves', () => {
    drawOn({ width: 60, colour: false })
    const scope = Array.from({ length: 12 }, (_, at) => `ledger:part${at}`).join(' ')
    const lines = record({ name: 'Ledger', scope }).split('\n')
    expect(lines.length).to.be.greaterThan(3)
    expect(lines.every((line) => line.length <= 60)).to.equal(true)
    expect(lines[2]).to.match(/^ {7}ledger/)
    drawOn({ width: 80, colour: false })
    const listed = globalHelp(NOUNS).split('\nExamples')[0]?.split('\n') ?? []
    expect(listed.filter((line) => line.length > 80)).to.eql([])
  })

  it('colours heads, names and states, without moving a column', () => {
    drawOn({ colour: true })
    const coloured = table(HEAD, ROWS, 'No accounts.')
    expect(coloured).to.contain('\u001b[32mverified\u001b[39m').and.contain('\u001b[33mdisabled\u001b[39m')
    drawOn(PLAIN)
    const uncoloured = stripVTControlCharacters(coloured)
    expect(uncoloured).to.equal(table(HEAD, ROWS, 'No accounts.'))
  })

  it('shows a stored name that holds codes of a terminal as harmless signs', () => {
    drawOn({ width: 80, colour: true })
    expect(columns([['a', '\u001b[31mred\u0007']])).not.to.match(COLOURED)
  })
})

describe('The command line in a pipe', () => {
  const place = embeddedPlace()
  after(place.remove)

  it('is coloured only where FORCE_COLOR asks for it, and never in JSON', async () => {
    const forced = { env: { FORCE_COLOR: '1' } }
    const [plain, coloured, json, mistake] = await Promise.all([
      place.cli(['help']),
      place.cli(['help'], forced),
      place.cli(['help', '--json'], forced),
      place.cli(['acount'], forced),
    ])
    expect(plain.stdout).not.to.match(COLOURED)
    expect(coloured.stdout).to.match(COLOURED)
    expect(json.stdout).not.to.match(COLOURED)
    expect(mistake.stderr).to.contain('\u001b[31maccount-server:\u001b[39m "acount"')
  })
})
