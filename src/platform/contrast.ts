/** Colours as `#rrggbb`, and how well one is read on another (WCAG 2.2, "relative luminance" and "contrast ratio"). */

/** Text needs this much (WCAG 2.2 §1.4.3, level AA). */
export const READABLE = 4.5
/** What shows where the focus is, or the edge of a field, needs this much (WCAG 2.2 §1.4.11). */
export const VISIBLE = 3

type Rgb = readonly [number, number, number]

export function isColor(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text)
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** `share` of the first colour, from 0 to 1, over the second. */
export function mix(one: string, other: string, share: number): string {
  const [over, under] = [rgbOf(one), rgbOf(other)]
  const parts = over.map((value, at) => Math.round(value * share + (under[at] ?? 0) * (1 - share)))
  return `#${parts.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** The colour itself where it has this contrast with all of them, else the nearest one on its way to `towards` that has. */
export function readable(color: string, on: readonly string[], towards: '#000000' | '#ffffff'): string {
  for (let share = 100; share >= 0; share -= 1) {
    const tried = mix(color, towards, share / 100)
    if (on.every((ground) => contrast(tried, ground) >= READABLE)) return tried
  }
  return towards
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = rgbOf(color).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function rgbOf(color: string): Rgb {
  const at = (start: number) => Number.parseInt(color.slice(start, start + 2), 16)
  return [at(1), at(3), at(5)]
}
