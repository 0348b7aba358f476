/** Every regular expression in the source, with its place. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

export type WrittenExpression = { place: string; pattern: RegExp }
/** Made at run time from something that a reader of the source cannot see. */
export type MadeExpression = { place: string }

const HOME = join(import.meta.dirname, '..', '..')
const FOLDERS = ['src', 'public', 'views', 'examples']
const CODE = /\.(ts|js|ejs)$/

export function regularExpressions(): { written: WrittenExpression[]; made: MadeExpression[] } {
  const written: WrittenExpression[] = []
  const made: MadeExpression[] = []
  for (const folder of FOLDERS)
    for (const name of readdirSync(join(HOME, folder), { recursive: true, encoding: 'utf8' })) {
      if (!CODE.test(name)) continue
      const file = join(folder, name)
      const found = expressionsIn(file, readFileSync(join(HOME, file), 'utf8'))
      written.push(...found.written)
      made.push(...found.made)
    }
  return { written, made }
}

/** Those of one file; of a template, those between its tags. */
export function expressionsIn(file: string, text: string) {
  const written: WrittenExpression[] = []
  const made: MadeExpression[] = []
  const code = file.endsWith('.ejs') ? scriptOf(text) : text
  const { program, errors } = parseSync(file.replace(/\.ejs$/, '.js'), code)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`)
  const place = (start: number) => `${file}:${code.slice(0, start).split('\n').length}`
  const visitor = new Visitor({
    Literal(node) {
      if ('regex' in node)
        written.push({ place: place(node.start), pattern: new RegExp(node.regex.pattern, node.regex.flags) })
    },
    NewExpression({ callee, start }) {
      if (callee.type === 'Identifier' && callee.name === 'RegExp') made.push({ place: place(start) })
    },
    CallExpression({ callee, start }) {
      if (callee.type === 'Identifier' && callee.name === 'RegExp') made.push({ place: place(start) })
    },
  })
  visitor.visit(program)
  return { written, made }
}

/** The JavaScript of a template, in its lines: what a tag shows becomes a statement, comments and text go. */
function scriptOf(template: string): string {
  const pieces = template.split('<%').map((piece, at) => {
    const [script = '', text = ''] = at === 0 ? ['', piece] : piece.split('%>', 2)
    const shown = /^[=-]/.test(script)
      ? `;(${script.slice(1).replace(/-$/, '')});`
      : script.replace(/^_|[-_]$/g, '')
    return (script.startsWith('#') ? '' : shown) + '\n'.repeat(text.split('\n').length - 1)
  })
  return pieces.join('')
}
