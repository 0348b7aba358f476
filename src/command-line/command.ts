/**
 * What a command is: data that parsing, help and running read alike. A noun is light: it imports what a command does when
 * that runs, so that help loads no server.
 */
import type { Services } from '../services.ts'
import type { Config } from '../settings/config.ts'
import type { Api } from './api.ts'
import type { Input } from './input.ts'
import { inked } from './layout.ts'

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
export type Answer = {
  data: Record<string, unknown>
  text: string
  /** Of a command that ran and found a fault; 0 by default. A command that could not run ends with 1. */
  exitCode?: number
}

/** The answer of a command that did its work, with what the operator should know beside it. */
export function withWarnings({ data, text, ...rest }: Answer, warnings: readonly string[]): Answer {
  if (warnings.length === 0) return { data, text, ...rest }
  const lines = warnings.map((one) => `${inked('Warning:', 'yellow')} ${one}`)
  return { ...rest, data: { ...data, warnings }, text: [text, '', ...lines].join('\n') }
}

/** What is known of a command before it is loaded. */
export type Described = {
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

/**
 * What must be open before it runs. `schema`: a database with the schema of this release. `api`: that of a running server with
 * `--server`, else the same operations on the database. `provider`: the same, where the library's view of apps is needed.
 */
export type Command<Opened = Services> = Described & {
  /** On a running server, where that is another way than here. */
  atServer?: Run
} & (
    | { opens: 'nothing'; run: (input: Input) => Promise<Answer> }
    | { opens: 'settings'; run: (input: Input, config: Config) => Promise<Answer> }
    | { opens: 'api' | 'provider'; run: Run }
    | { opens: 'database' | 'schema'; run: (input: Input, opened: Opened) => Promise<Answer> }
  )

/** Of a command over the JSON API. */
export type Run = (input: Input, api: Api) => Promise<Answer>

export type ApiCommand = Command<never> & { opens: 'api' | 'provider' }

/** Whether it does the same on a running server and on the database. */
export function opensApi<Opened>(command: Command<Opened>): command is Command<Opened> & ApiCommand {
  return command.opens === 'api' || command.opens === 'provider'
}

/** What it does on a running server. Nothing where it needs the database. */
export function atServerOf<Opened>(command: Command<Opened>): Run | undefined {
  return opensApi(command) ? command.run : command.atServer
}

export type Noun<Opened = Services> = { name: string; about: string; commands: Command<Opened>[] }

/** What a feature adds to a noun that is not its own. */
export type Extension = {
  commands: Command[]
  /** What `show` says beside the noun's own fields, which it gets. */
  shown?: (api: Api, found: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown>>
}

export function nameOf({ noun, verb }: Pick<Described, 'noun' | 'verb'>): string {
  return verb ? `${noun} ${verb}` : noun
}
