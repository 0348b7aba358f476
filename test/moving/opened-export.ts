import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { openSealing } from '../../src/moving/rows/passphrase.ts'
import type { Sealing } from '../../src/moving/rows/passphrase.ts'

export const PASSPHRASE = 'seven grey kettles'

/** The lines with what is sealed opened: each sealing is another text. */
export async function opened(file: string): Promise<string> {
  const [first = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n')
  const sealer = await openSealing((JSON.parse(first) as { sealing: Sealing }).sealing, PASSPHRASE)
  const plain = lines.map((line) =>
    line.replaceAll(/"(\w+)":"([\w-]{6}\.[\w-]{38,})"/g, (all, name: string, sealed: string) => {
      const row = JSON.parse(line) as Record<string, string>
      const column = name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
      const key = row['client_id'] ?? row['kid'] ?? row['id']
      const text = sealer.open(sealed, `${row['type']}:${column}:${key}`)
      expect(text, `${name} of ${all}`).to.be.a('string')
      return `"${name}":${JSON.stringify(text)}`
    }),
  )
  return plain.join('\n')
}
