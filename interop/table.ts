/** The table of docs/integrations.md: one row for each folder beside this file, made of what happened. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../scripts/find-binary.mjs'
import type { Stack } from './stack.ts'

export type Outcome = {
  /** Steps that worked, in their order. */
  steps: readonly string[]
  /** Why nothing was tried. */
  notRun?: string
  /** Where it ended, and with which words. */
  failure?: { step: string; reason: string }
}

const INTEROP = join(ROOT, 'interop')
const BEGIN = '<!-- interop: npm run interop -- --write -->'
const END = '<!-- /interop -->'
const REASON_LENGTH = 200
const FILES_WITH_VERSIONS = ['package.json', 'requirements.txt', 'go.mod', 'pom.xml']

/** The folders of all stacks. */
export function stackNames(): string[] {
  return readdirSync(INTEROP).filter((name) => existsSync(join(INTEROP, name, 'stack.ts')))
}

export function describeOutcome({ steps, notRun, failure }: Outcome): string {
  if (notRun !== undefined) return `not run: ${notRun}`
  if (!failure) return `works: ${steps.join(', ')}`
  const before = steps.length > 0 ? ` (${steps.join(', ')} worked)` : ''
  return `fails at ${failure.step}${before}: ${failure.reason.slice(0, REASON_LENGTH)}`
}

/** @throws Error when a package has no version in the files of the folder */
export function versionsOf(name: string, { packages }: Pick<Stack, 'packages'>): string {
  const texts = FILES_WITH_VERSIONS.map((file) => join(INTEROP, name, file))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
  return packages.map((one) => `${one} ${versionIn(texts.join('\n'), one)}`).join(', ')
}

/** The document with these rows in place of the old ones of the same stacks. */
export function withRows(document: string, rows: ReadonlyMap<string, string>): string {
  const [before = '', rest = ''] = document.split(BEGIN)
  const [table = '', after = ''] = rest.split(END)
  const kept = new Map(table.split('\n').flatMap((line) => rowName(line).map((name) => [name, line])))
  const names = stackNames().filter((name) => rows.has(name) || kept.has(name))
  const lines = names.map((name) => rows.get(name) ?? kept.get(name))
  const head = ['| Stack | Version | Result | Configuration |', '| --- | --- | --- | --- |']
  return `${before}${BEGIN}\n\n${[...head, ...lines].join('\n')}\n\n${END}${after}`
}

export function rowOf(name: string, stack: Stack, outcome: Outcome): string {
  const title = `[${stack.title}](../interop/${name})`
  const configuration = stack.configuration.map((line) => `\`${line}\``).join('<br>')
  const note = stack.note ? `<br>${stack.note}` : ''
  const cells = [title, versionsOf(name, stack), describeOutcome(outcome), configuration + note]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

/** The folder that a row is about. */
function rowName(line: string): string[] {
  const name = /\]\(\.\.\/interop\/([\w-]+)\)/.exec(line)?.[1]
  return name ? [name] : []
}

function versionIn(text: string, name: string): string {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
  const forms = [
    `"${escaped}": "([^"]+)"`,
    `^${escaped}==(\\S+)`,
    `${escaped} v?(\\d\\S+)`,
    `<artifactId>${escaped}</artifactId>\\s*<version>([^<]+)<`,
  ]
  for (const form of forms) {
    const found = new RegExp(form, 'm').exec(text)?.[1]
    if (found) return found
  }
  throw new Error(`${name} has no version`)
}
