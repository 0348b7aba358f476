import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { CLI_LINE, embeddedPlace, inFolder, wordsOf } from '../cli/command-line.ts'

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/upstreams.md'), 'utf8')
const blocksOf = (language: string) =>
  [...TEXT.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, code = '']) => code,
  )
const COMMANDS = blocksOf('sh')
  .flatMap((code) => code.replaceAll('\\\n', '').trim().split('\n'))
  .filter((line) => line.startsWith(`${CLI_LINE}upstream add `))
  .map((line) => wordsOf(line.slice(CLI_LINE.length)))

describe('docs/upstreams.md', () => {
  const place = embeddedPlace()
  before(() => {
    const [forum = ''] = blocksOf('json')
    writeFileSync(join(place.folder, 'forum.json'), forum)
  })
  after(() => place.remove())

  it('adds each provider by the command in its chapter', async () => {
    for (const words of COMMANDS) {
      const given = words.map((word) => {
        if (!word.endsWith('.secret')) return inFolder(place, word)
        writeFileSync(join(place.folder, word), 'the secret of the provider\n')
        return join(place.folder, word)
      })
      const [, , id] = words
      expect(await place.json(given), words.join(' ')).to.include({ id, enabled: true })
    }
    const { upstreams } = await place.json(['upstream', 'list'])
    const added = (upstreams as { id: string }[]).map(({ id }) => id)
    expect(added).to.have.members(['github', 'google', 'microsoft', 'gitlab', 'work', 'forum'])
  })
})
