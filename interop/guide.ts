/** A guide of docs/integrations as interop runs it: its commands, the claims that it promises, the mistakes that it explains. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../scripts/find-binary.mjs'

export type Guide = {
  /** The words of each command of the operator's command line, in their order. */
  commands: readonly (readonly string[])[]
  /** The names in the JSON under "Claims that arrive". */
  claims: readonly string[]
  /** The messages in the first column of the table under "When it does not work". */
  messages: readonly string[]
}

const CLI = /^npm run (?:--silent )?cli -- /

/** What a guide calls the account server, the app, an API and an MCP server; a run puts its own addresses in their place. */
export const ADDRESSES = {
  issuer: 'https://id.example.org',
  app: 'https://app.example.org',
  api: 'https://api.example.org/',
  tools: 'https://tools.example.org',
} as const

export function guidePath(name: string): string {
  return join(ROOT, 'docs', 'integrations', `${name}.md`)
}

/** @param put how an address of the guide is called in this run */
export function readGuide(name: string, put: (text: string) => string = (text) => text): Guide {
  const text = readFileSync(guidePath(name), 'utf8')
  const [claims = '{}'] = blocksOf(sectionOf(text, 'Claims that arrive'), 'json')
  const rows = sectionOf(text, 'When it does not work').matchAll(/^\| `([^`]+)`/gm)
  return {
    commands: commandsOf(text).map((words) => words.map(put)),
    claims: Object.keys(JSON.parse(claims) as object),
    messages: [...rows].map(([, message = '']) => put(message)),
  }
}

/** Words in double quotes are one argument, as in a shell. */
export function commandsOf(text: string): string[][] {
  const lines = blocksOf(text, 'sh').flatMap((code) => code.replaceAll('\\\n', ' ').split('\n'))
  const commands = lines.filter((line) => CLI.test(line)).map((line) => line.replace(CLI, ''))
  return commands.map((line) =>
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''),
  )
}

export function sectionOf(text: string, heading: string): string {
  const after = text.split(`\n## ${heading}\n`)[1] ?? ''
  return after.split(/^## /m)[0] ?? ''
}

export function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, of, code = '']) =>
    of === language ? [code] : [],
  )
}
