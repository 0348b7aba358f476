/** The help, made from the list of commands: all of them, one noun, one command. */
import { COMMON_OPTIONS } from './arguments.ts'
import { atServerOf, nameOf } from './command.ts'
import type { Command, Described, OptionSpec } from './command.ts'
import { columns, inked } from './layout.ts'

const RUN = 'npm run cli --'

type Explained = { name: string; about: string; commands: readonly Described[] }

export function globalHelp(nouns: readonly Explained[]): string {
  return [
    `Operates the account server: ${RUN} <noun> <verb> [options]`,
    '',
    heading('Commands'),
    listed(nouns.map(({ name, about, commands }) => [`  ${name}`, `${about}${verbsOf(commands)}`])),
    '',
    heading('Options of every command'),
    listed([...optionRows(COMMON_OPTIONS), ['  --version', 'Show the version; without a command.']]),
    '',
    heading('Examples'),
    `  ${RUN} account create --email person@example.com --password-stdin --verified < password.txt`,
    `  ${RUN} client create --name "My app" --redirect-uri https://app.example.com/callback`,
    `  ${RUN} client create --help`,
    '',
    'With --server, a command needs no settings and no database: it calls the JSON API as you, after login.',
    'Settings are those of the server (ACCOUNT_SERVER_…, .env). Commands work while it runs; it follows within a second.',
    'npm prints two lines of its own first; npm run --silent cli -- … --json leaves them out.',
  ].join('\n')
}

export function nounHelp({ name, about, commands }: Explained): string {
  return [
    `${name}: ${about}`,
    '',
    heading('Commands'),
    listed(commands.map((command) => [`  ${synopsis(command)}`, command.about])),
    '',
    heading('Examples'),
    ...commands.flatMap(({ examples }) => examples.slice(0, 1)).map((example) => `  ${RUN} ${example}`),
    '',
    `More about one: ${RUN} ${name} ${commands[0]?.verb ?? ''} --help`,
  ].join('\n')
}

export function commandHelp<Opened>(command: Command<Opened>): string {
  const { about, operand, options = {}, notes = [], examples } = command
  const { server, ...others } = COMMON_OPTIONS
  const common = { ...others, ...(server && atServerOf(command) && { server }) }
  return [
    about,
    '',
    `Usage: ${RUN} ${synopsis(command)} [options]`,
    '',
    heading('Options'),
    listed([
      ...(operand ? [[`  ${operand.name}`, operand.about]] : []),
      ...optionRows({ ...options, ...common, ...options }),
    ]),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    heading('Examples'),
    ...examples.map((example) => `  ${RUN} ${example}`),
  ].join('\n')
}

function heading(text: string): string {
  return inked(text, 'bold')
}

function listed(rows: readonly (readonly string[])[]): string {
  return columns(rows, (_, column) => (column === 0 ? 'cyan' : undefined))
}

function verbsOf(commands: readonly Described[]): string {
  const verbs = commands.flatMap(({ verb }) => verb ?? [])
  return verbs.length > 0 ? `  (${verbs.join(', ')})` : ''
}

function synopsis(command: Described): string {
  const { operand, options = {} } = command
  const required = Object.entries(options).filter(([, spec]) => spec.required)
  const words = [nameOf(command), ...required.map(([name, { value }]) => `--${name} ${value}`)]
  if (operand) words.push(operand.optional ? `[${operand.name}${operand.many ? '…' : ''}]` : operand.name)
  return words.join(' ')
}

function optionRows(options: Record<string, OptionSpec>): string[][] {
  return Object.entries(options).map(([name, { value, about, required, many }]) => [
    `  --${name}${value ? ` ${value}` : ''}`,
    `${about}${required ? ' Required.' : ''}${many ? ' May be given several times.' : ''}`,
  ])
}
