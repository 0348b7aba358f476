/** Options of the commands that list in pages. */
import type { OptionSpec } from './command.ts'

export const pageOptions: Record<'limit' | 'after', OptionSpec> = {
  limit: { value: 'COUNT', about: 'At most this many, 1 to 200 (50).' },
  after: { value: 'NEXT', about: 'Continues a list: the value of its "next".' },
}
