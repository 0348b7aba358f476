/** Reads the command line against the list of commands: which command, with what, or which help is asked for. */
import { parseArgs } from 'node:util'
import { nameOf } from './command.ts'
import type { Command, Described, Noun, OptionSpec } from './command.ts'
import { inputFrom, usageError } from './input.ts'
import type { Input, Values } from './input.ts'
import { nearest } from '../settings/nearest.ts'

export type Request<Opened> =
  | { kind: 'version' }
  | { kind: 'help'; noun?: Noun<Opened>; command?: Command<Opened> }
  | { kind: 'run'; command: Command<Opened>; input: Input }

/** Options of every command. */
export const COMMON_OPTIONS: Record<string, OptionSpec> = {
  json: { about: 'Print one JSON object and nothing else; an error is one JSON object on stderr.' },
  server: { value: 'URL', about: 'Run it on a running server, over its API. See login.' },
  help: { about: 'Show this help.' },
}

/** Throws the usage error, naming the nearest command or option. */
export function readArguments<Opened>(
  argv: readonly string[],
  nouns: readonly Noun<Opened>[],
): Request<Opened> {
  const help = argv.some(asksForHelp)
  const words = argv.filter((word, index) => !asksForHelp(word, index))
  const leading = takeCommon(words)
  const typedNoun = words.shift()
  if (typedNoun === '--version' || typedNoun === '-v') return { kind: 'version' }
  if (typedNoun === undefined) return { kind: 'help' }
  const noun = find(typedNoun, nouns, (one) => one.name, 'command', 'npm run cli -- --help')
  const command = commandOf(noun, words, help)
  if (!command) return { kind: 'help', noun }
  return help
    ? { kind: 'help', noun, command }
    : { kind: 'run', command, input: read([...leading, ...words], command) }
}

/** Takes off the options that may come before the command: `--json`, `--server URL`. */
function takeCommon(words: string[]): string[] {
  const taken: string[] = []
  for (;;) {
    const [first = ''] = words
    if (first === '--json' || first.startsWith('--server=')) taken.push(...words.splice(0, 1))
    else if (first === '--server') taken.push(...words.splice(0, 2))
    else return taken
  }
}

/** `help client create` asks what `client create --help` asks. */
function asksForHelp(word: string, index: number): boolean {
  return word === '--help' || word === '-h' || (word === 'help' && index === 0)
}

/** Takes the verb off the words. Nothing when only help about the noun is asked for. */
function commandOf<Opened>(noun: Noun<Opened>, words: string[], help: boolean): Command<Opened> | undefined {
  const [only] = noun.commands
  if (only && !only.verb) return only
  while (words[0] === '--json') words.shift()
  const typed = words.shift()
  if (typed !== undefined) {
    return find(typed, noun.commands, (one) => one.verb ?? '', `verb of ${noun.name}`, helpOf(noun.name))
  }
  if (help) return undefined
  throw usageError(`${noun.name} takes a verb: ${noun.commands.map(({ verb }) => verb).join(', ')}`)
}

function find<T>(
  typed: string,
  all: readonly T[],
  nameOfOne: (one: T) => string,
  kind: string,
  seeAlso: string,
): T {
  const found = all.find((one) => nameOfOne(one) === typed)
  if (found) return found
  // An option out of place may carry a value that is not to be repeated.
  if (typed.startsWith('-'))
    throw usageError(`options stand after the command, as in account show --json; see ${seeAlso}`)
  const near = nearest(typed, all.map(nameOfOne))
  throw usageError(`"${typed}" is not a ${kind}${near ? `; the nearest is ${near}` : ''}; see ${seeAlso}`)
}

function read(words: string[], command: Described): Input {
  const specs = { ...COMMON_OPTIONS, ...command.options }
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value }]) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const) },
    ]),
  )
  const { tokens } = parseArgs({ args: words, options, strict: false, allowPositionals: true, tokens: true })
  const values: Values = new Map()
  const operands: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind === 'option') keep(values, token, specs, command)
  }
  checkRequired(values, specs, command)
  checkOperands(operands, command)
  return inputFrom(values, operands)
}

type OptionToken = {
  name: string
  rawName: string
  value?: string | undefined
  inlineValue?: boolean | undefined
}

function keep(
  values: Values,
  token: OptionToken,
  specs: Record<string, OptionSpec>,
  command: Described,
): void {
  const { name, rawName, value, inlineValue } = token
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
  if (!spec) {
    const near = nearest(name, Object.keys(specs))
    const hint = near ? `; the nearest is --${near}` : ''
    throw usageError(`${nameOf(command)} has no option ${rawName}${hint}; see ${helpOf(nameOf(command))}`)
  }
  if (!spec.value && value !== undefined) throw usageError(`--${name} takes no value`)
  if (spec.value && value === undefined) throw usageError(`--${name} takes a value: ${spec.value}`)
  if (value?.startsWith('-') && value !== '-' && !inlineValue)
    throw usageError(`--${name} takes a value; one that begins with a dash is written --${name}=-…`)
  const earlier = values.get(name) ?? []
  if (spec.value && earlier.length > 0 && !spec.many) throw usageError(`--${name} is given twice`)
  values.set(name, [...earlier, value ?? ''])
}

function checkRequired(values: Values, specs: Record<string, OptionSpec>, command: Described): void {
  const missing = Object.keys(specs).filter((name) => specs[name]?.required && !values.has(name))
  if (missing.length === 0) return
  const names = missing.map((name) => `--${name}`).join(' and ')
  throw usageError(`${nameOf(command)} needs ${names}; see ${helpOf(nameOf(command))}`)
}

function checkOperands(operands: string[], command: Described): void {
  const { operand } = command
  if (operand && !operand.optional && operands.length === 0)
    throw usageError(`${nameOf(command)} needs ${operand.name}: ${operand.about}`)
  const most = operand ? (operand.many ? Infinity : 1) : 0
  if (operands.length > most) {
    const takes = most === 0 ? 'no value of its own' : `one ${operand?.name}`
    throw usageError(`${nameOf(command)} takes ${takes}; ${operands.length} were given`)
  }
}

const helpOf = (name: string) => `npm run cli -- ${name} --help`
