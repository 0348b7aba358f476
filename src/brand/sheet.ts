/**
 * The style sheet of chosen colours. Pages have no inline style, so it is a file. Its address holds the colours and the digest
 * of its content: any process can serve it, and browsers keep it for a year.
 */
import { hash } from 'node:crypto'
import { isColor } from '../platform/contrast.ts'
import { colorFaults, paletteOf } from './palette.ts'
import type { Colors, Look } from './palette.ts'

const PREFIX = '/brand/colors/'
const ORDER = ['color', 'colorDark', 'background', 'backgroundDark'] as const
const NONE = 'x'

/** The address of the sheet; nothing where no colour is chosen. */
export function sheetHref(colors: Colors): string | undefined {
  if (ORDER.every((name) => colors[name] === undefined)) return undefined
  const parts = ORDER.map((name) => colors[name]?.slice(1).toLowerCase() ?? NONE)
  return `${PREFIX}${parts.join('-')}.css?v=${versionOf(sheetText(colors))}`
}

/** The sheet at an address; nothing where the colours in it are none, or are hard to read. */
export function sheetAt(path: string): { text: string; version: string } | undefined {
  if (!path.startsWith(PREFIX) || !path.endsWith('.css')) return undefined
  const parts = path.slice(PREFIX.length, -'.css'.length).split('-')
  if (parts.length !== ORDER.length) return undefined
  const entries = ORDER.map((name, at) => [name, parts[at] === NONE ? undefined : `#${parts[at]}`] as const)
  if (entries.some(([, value]) => value !== undefined && !isColor(value))) return undefined
  const colors: Colors = Object.fromEntries(entries)
  if (colorFaults(colors).length > 0) return undefined
  const text = sheetText(colors)
  return { text, version: versionOf(text) }
}

function versionOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 16)
}

function sheetText(colors: Colors): string {
  const { light, dark } = paletteOf(colors)
  return `:root{${variables(light)}--halo:${light.accent}24}
@media (prefers-color-scheme: dark){:root{${variables(dark)}--halo:${dark.accent}33}}
@media print{:root{--accent:${light.accent};--ink:#000;--soft-ink:#333;--card:#fff;--arch:#fff}}
`
}

function variables(look: Look): string {
  return `--paper:${look.paper};--arch:${look.arch};--card:${look.card};--accent:${look.accent};--accent-strong:${look.accentStrong};--on-accent:${look.onAccent};--accent-tint:${look.accentTint};`
}
