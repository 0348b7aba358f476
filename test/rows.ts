/** `npm run rows`: what the replaced systems offered, each with the tests that show it here. Fails when one has none. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promiseRows, rowsDocument, taggedTitles } from './documents/promises.ts'

const document = readFileSync(join(import.meta.dirname, '..', rowsDocument.file), 'utf8')
const rows = promiseRows(document, taggedTitles())
for (const { id, cells, tests } of rows) {
  const shown = tests.map(({ file, sentence }) => `    ${file}: ${sentence}`)
  process.stdout.write(
    [`${id}  ${cells[1] ?? ''}`, ...shown, ...(shown.length ? [] : ['    ✖ no test'])].join('\n'),
  )
  process.stdout.write('\n')
}
const open = rows.filter(({ tests }) => tests.length === 0).map(({ id }) => id)
process.stdout.write(
  open.length > 0
    ? `\n${open.length} of ${rows.length} rows have no test: ${open.join(', ')}\n`
    : '\nevery row has a test\n',
)
process.exitCode = open.length > 0 ? 1 : 0
