/** What the guides of docs/integrations say of their runs, and the code in them: that of the files that `npm run interop` runs. */
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { rowsOfGuide } from '../../interop/table.ts'
import { withContent } from './document.ts'
import type { GeneratedDocument } from './document.ts'

const HOME = join(import.meta.dirname, '../..')
const CODE = /<!-- code: npm run docs, (\S+) -->[\s\S]*?<!-- \/code -->/g
const STATUS = '<!-- status: npm run docs -->'

export const GUIDES: readonly string[] = readdirSync(join(HOME, 'docs/integrations')).map((name) =>
  name.replace('.md', ''),
)

export const guideDocuments: readonly GeneratedDocument[] = GUIDES.map((guide) => ({
  file: `docs/integrations/${guide}.md`,
  renew: (text) => withStatus(withCode(text), guide),
}))

/** The guide with the files that its marks name in place of what is between them. */
function withCode(text: string): string {
  return text.replaceAll(CODE, (_, path: string) => {
    const code = readFileSync(join(HOME, path), 'utf8').trimEnd()
    const language = extname(path).slice(1).replace('mjs', 'js').replace('cfg', 'toml')
    return `<!-- code: npm run docs, ${path} -->\n\n\`\`\`${language}\n${code}\n\`\`\`\n\n<!-- /code -->`
  })
}

/** When it was run, against what, and how that went: the rows of the index. */
function withStatus(text: string, guide: string): string {
  if (!text.includes(STATUS)) return text
  const rows = rowsOfGuide(readFileSync(join(HOME, 'docs/integrations.md'), 'utf8'), guide)
  const lines = rows.map(
    ({ versions, result, date }) => `**Run** on ${date} with ${versions}. Result: ${result}.`,
  )
  return withContent(text, 'status', lines.join('\n\n'))
}
