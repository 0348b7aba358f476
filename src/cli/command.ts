/** What a command is: data that parsing, help and running read alike. Adding one is adding an entry to a noun's list. */
import type { Config } from '../settings/config.ts'
import type { Parts } from '../process/parts.ts'
import type { Input } from './input.ts'

export type OptionSpec = {
  /** The placeholder of its value in the help; a flag has none. */
  value?: string
  about: string
  required?: true
  /** May be given several times. */
  many?: true
}

export type Operand = { name: string; about: string; many?: true; optional?: true }

/** What a command found or did, for programs and for people; one of the two is printed. */
export type Answer = { data: Record<string, unknown>; text: string }

type Described = {
  noun: string
  /** A noun with one command only has none. */
  verb?: string
  about: string
  operand?: Operand
  options?: Record<string, OptionSpec>
  /** What the options' own lines cannot say. */
  notes?: string[]
  /** Arguments after `npm run cli --`. */
  examples: string[]
}

/** `opens` is what must be there before it runs: `schema` is a database whose schema is that of this release. */
export type Command = Described &
  (
    | { opens: 'settings'; run: (input: Input, config: Config) => Promise<Answer> }
    | { opens: 'database' | 'schema'; run: (input: Input, parts: Parts) => Promise<Answer> }
  )

export type Noun = { name: string; about: string; commands: Command[] }

export function nameOf({ noun, verb }: Pick<Command, 'noun' | 'verb'>): string {
  return verb ? `${noun} ${verb}` : noun
}
