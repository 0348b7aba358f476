/**
 * The colours of pages and mails, made of the few that an operator chooses. What follows from these, such as the colour of a
 * button under the pointer, is computed, so that text stays readable.
 */
import { contrast, mix, READABLE, readable, VISIBLE } from '../platform/contrast.ts'

/** What an operator chooses: `#rrggbb` each. */
export type Colors = {
  /** Of buttons, links and marks. */
  color?: string | undefined
  /** The same at night. */
  colorDark?: string | undefined
  /** Behind the card. */
  background?: string | undefined
  backgroundDark?: string | undefined
}

export type Choice = keyof Colors
export type Fault = { choice: Choice; message: string }

/** The colours of one look, by day or at night. */
export type Look = {
  paper: string
  arch: string
  card: string
  ink: string
  softInk: string
  accent: string
  accentStrong: string
  onAccent: string
  accentTint: string
}
export type Palette = { light: Look; dark: Look }

/** Those of `public/style.css`. */
const LIGHT = {
  paper: '#ebe7dc',
  arch: '#f3f0e8',
  card: '#fffefb',
  ink: '#1c2522',
  softInk: '#55615c',
  focus: '#b4530a',
} as const
const DARK = {
  paper: '#0d1311',
  arch: '#131d19',
  card: '#18211e',
  ink: '#e9efeb',
  softInk: '#a5b2ac',
  focus: '#ffb95e',
} as const
const ACCENT = '#0b5f4f'
const ACCENT_DARK = '#7dd6b8'

export const DEFAULT_PALETTE: Palette = {
  light: {
    ...LIGHT,
    accent: ACCENT,
    accentStrong: '#084a3d',
    onAccent: '#ffffff',
    accentTint: '#e1eee8',
  },
  dark: {
    ...DARK,
    accent: ACCENT_DARK,
    accentStrong: '#a3e6cf',
    onAccent: '#06231a',
    accentTint: '#1d332b',
  },
}

/** What is hard to read among these colours, with the ratio and a colour that would do. None where all is well. */
export function colorFaults(chosen: Colors): Fault[] {
  const { color, colorDark, background, backgroundDark } = chosen
  const [paper, paperDark] = [background ?? LIGHT.paper, backgroundDark ?? DARK.paper]
  return [
    ...(background ? paperFaults('background', background, LIGHT) : []),
    ...(backgroundDark ? paperFaults('backgroundDark', backgroundDark, DARK) : []),
    ...(color || background ? accentFaults('color', color ?? ACCENT, [paper, LIGHT.card]) : []),
    ...(colorDark ? accentFaults('colorDark', colorDark, [paperDark, DARK.card]) : []),
  ]
}

/** Expects colours without faults. Without `colorDark`, the colour of the day is lightened until it is readable at night. */
export function paletteOf(chosen: Colors): Palette {
  // Beside a colour of one's own, the warm white of the card looks stained.
  const light = {
    ...LIGHT,
    ...(chosen.background && { card: '#ffffff' }),
    ...ground(chosen.background, '#ffffff'),
  }
  const dark = { ...DARK, ...ground(chosen.backgroundDark, DARK.card) }
  const { color, colorDark = color ?? ACCENT_DARK } = chosen
  const atNight = readable(colorDark, [dark.paper, dark.card, dark.arch], '#ffffff')
  return {
    light: color ? look(light, color, '#000000') : { ...DEFAULT_PALETTE.light, ...light },
    dark: color || chosen.colorDark ? look(dark, atNight, '#ffffff') : { ...DEFAULT_PALETTE.dark, ...dark },
  }
}

function ground(background: string | undefined, lit: string) {
  return background && { paper: background, arch: mix(lit, background, 0.4) }
}

function look(
  grounds: Omit<Look, `${string}ccent${string}`>,
  accent: string,
  towards: '#000000' | '#ffffff',
): Look {
  const dark = contrast('#ffffff', accent) < contrast('#0b1210', accent)
  const onAccent = dark ? '#0b1210' : '#ffffff'
  const strong = mix(accent, towards, 0.78)
  return {
    ...grounds,
    accent,
    accentStrong: contrast(onAccent, strong) >= READABLE ? strong : accent,
    onAccent,
    accentTint: tintOf(accent, grounds.card),
  }
}

/** As much of the colour as leaves text of that colour readable. */
function tintOf(accent: string, card: string): string {
  for (let share = 14; share > 0; share -= 1) {
    const tint = mix(accent, card, share / 100)
    if (contrast(accent, tint) >= READABLE) return tint
  }
  return card
}

function accentFaults(choice: Choice, color: string, grounds: readonly string[]): Fault[] {
  const worst = grounds.toSorted((one, other) => contrast(color, one) - contrast(color, other))[0] ?? ''
  const ratio = contrast(color, worst)
  if (ratio >= READABLE) return []
  const nearest = readable(color, grounds, choice === 'colorDark' ? '#ffffff' : '#000000')
  const message = `has a contrast of ${shown(ratio)} with ${worst}, and links need ${READABLE}:1 (WCAG AA); ${nearest} has enough`
  return [{ choice, message }]
}

function paperFaults(
  choice: Choice,
  paper: string,
  { ink, softInk, focus }: typeof LIGHT | typeof DARK,
): Fault[] {
  const needs = [
    ['text', ink, READABLE],
    ['quiet text', softInk, READABLE],
    ['the ring around what has the focus', focus, VISIBLE],
  ] as const
  const low = needs.find(([, color, least]) => contrast(color, paper) < least)
  if (!low) return []
  const [what, color, least] = low
  const message = `has a contrast of ${shown(contrast(color, paper))} with ${color}, and ${what} needs ${least}:1 (WCAG AA)`
  return [{ choice, message }]
}

/** Rounded down: 4.49 is not enough, and must not look so. */
function shown(ratio: number): string {
  return `${(Math.floor(ratio * 100) / 100).toFixed(2)}:1`
}
