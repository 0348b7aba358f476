/** `npm run docs`: renews every document that is made from the source. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GENERATED_DOCUMENTS } from './documents.ts'

for (const { file, renew } of GENERATED_DOCUMENTS) {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url))
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const renewed = await renew(text)
  if (renewed !== text) writeFileSync(path, renewed)
  process.stdout.write(`${file} ${renewed === text ? 'was up to date' : 'is renewed'}\n`)
}
