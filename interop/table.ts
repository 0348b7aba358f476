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

/**
 * The document with these rows in place of the old ones of the same stacks. A row that says what it said before keeps its
 * date: the day of the first such result.
 */
export function withRows(document: string, rows: ReadonlyMap<string, string>): string {
  const [before = '', rest = ''] = document.split(BEGIN)
  const [table = '', after = ''] = rest.split(END)
  const kept = new Map(table.split('\n').flatMap((line) => rowName(line).map((name) => [name, line])))
  const newer = (name: string) => {
    const [old, fresh] = [kept.get(name), rows.get(name)]
    return old && (!fresh || undated(old) === undated(fresh)) ? old : fresh
  }
  const lines = stackNames().flatMap((name) => newer(name) ?? [])
  const head = ['| Guide | Version | Result | Date | App |', '| --- | --- | --- | --- | --- |']
  return `${before}${BEGIN}\n\n${[...head, ...lines].join('\n')}\n\n${END}${after}`
}

/** @param date as `2026-11-21` */
export function rowOf(name: string, stack: Stack, outcome: Outcome, date: string): string {
  const title = `[${stack.title}](integrations/${stack.guide}.md)`
  const cells = [title, versionsOf(name, stack), describeOutcome(outcome), date, `[app](../interop/${name})`]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

/** The cells of the rows about a guide, without the links around them. */
export function rowsOfGuide(
  document: string,
  guide: string,
): { versions: string; result: string; date: string }[] {
  const rows = document.split('\n').filter((line) => line.includes(`](integrations/${guide}.md)`))
  return rows.map((row) => {
    const [, , versions = '', result = '', date = ''] = row.split(/(?<!\\)\|/).map((cell) => cell.trim())
    return { versions, result, date }
  })
}

function undated(row: string): string {
  return row.replaceAll(/\s+/g, ' ').replace(/\| \d{4}-\d\d-\d\d \|/, '|')
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
