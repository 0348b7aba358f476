import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { passphraseFrom } from '../../src/cli/moving/passphrase.ts'
import { inputFrom } from '../../src/command-line/input.ts'
import { rejection } from '../accounts/account-world.ts'

/** A terminal at which somebody types these lines, each when asked for it. Notes whether typing is shown. */
function terminalWith(lines: readonly string[]) {
  const typed = [...lines]
  const rawModes: boolean[] = []
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => rawModes.push(isRaw),
  })
  const shown: string[] = []
  const output = new PassThrough()
  output.on('data', (chunk: Buffer) => {
    shown.push(chunk.toString())
    const next = chunk.toString().endsWith(': ') ? typed.shift() : undefined
    if (next !== undefined) setImmediate(() => input.write(next === '^D' ? '\u0004' : `${next}\r`))
  })
  return { terminal: { input, output }, shown, rawModes }
}

const noOptions = inputFrom(new Map(), [])
const typedAs = (isNew: boolean, lines: readonly string[], input = noOptions) => {
  const at = terminalWith(lines)
  return { ...at, answer: passphraseFrom(input, { isNew }, at.terminal)() }
}

describe('The passphrase of an export, on a terminal', () => {
  it('is asked for twice when it is new, and nothing of it is shown [S-4.25]', async () => {
    const { answer, shown, rawModes } = typedAs(true, ['seven grey kettles', 'seven grey kettles'])
    expect(await answer).to.equal('seven grey kettles')
    expect(rawModes, 'the terminal itself shows nothing').to.eql([true, false])
    expect(shown.join('')).to.equal(
      'Passphrase for keys, secrets and second factors (empty: they are left out): \nAgain: \n',
    )
  })

  it('is asked for once to open an export', async () => {
    expect(await typedAs(false, ['seven grey kettles']).answer).to.equal('seven grey kettles')
  })

  it('may stay empty: then secrets are left out', async () => {
    expect(await typedAs(true, ['']).answer).to.equal(undefined)
  })

  it('is refused when the second time differs, or when nothing is typed', async () => {
    const differs = typedAs(true, ['seven grey kettles', 'seven green kettles'])
    expect(await rejection(differs.answer)).to.include({
      code: 'usage',
      message: 'the two passphrases differ',
    })
    const ended = typedAs(false, ['^D'])
    expect(await rejection(ended.answer)).to.include({ code: 'usage', message: 'no passphrase was typed' })
  })

  it('may be pasted with both lines at once', async () => {
    const { answer } = typedAs(true, ['seven grey kettles\rseven grey kettles'])
    expect(await answer).to.equal('seven grey kettles')
  })

  it('is not asked for where a program reads the answer', async () => {
    const { answer, shown } = typedAs(true, ['seven grey kettles'], inputFrom(new Map([['json', []]]), []))
    expect(await answer).to.equal(undefined)
    expect(shown).to.eql([])
  })
})
