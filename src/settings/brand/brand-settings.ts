/** The settings of the brand: logo, colours, icon and links of all pages and mails. */
import { resolve } from 'node:path'
import { z } from 'zod'
import type { Brand } from '../../brand/brand.ts'
import { readBrandFile } from '../../brand/brand-files.ts'
import type { BrandFile } from '../../brand/brand-files.ts'
import { colorFaults } from '../../brand/palette.ts'
import type { Choice } from '../../brand/palette.ts'
import { isColor } from '../../platform/contrast.ts'
import { flag, text } from '../kinds/setting-kinds.ts'

const GROUP = 'Brand'

const color = () => z.string().refine(isColor).meta({ takes: 'a colour as #rrggbb' })
const picture = () =>
  text().meta({ takes: 'the path of a PNG, JPEG, WebP, GIF or SVG file of at most 256 KiB' })
const link = () =>
  z
    .string()
    .refine((value) => /^(?:https?|mailto):$/.test(URL.parse(value)?.protocol ?? ''))
    .meta({ takes: 'an http(s) address, or mailto:' })

export const brandSettings = {
  brand_logo: picture().optional().meta({
    group: GROUP,
    fallback: 'a door',
    description: 'The logo above every page and in every mail. Mails show no SVG.',
  }),
  brand_logo_dark: picture()
    .optional()
    .meta({ group: GROUP, fallback: 'BRAND_LOGO', description: 'The logo on dark pages.' }),
  brand_logo_has_name: flag().default(false).meta({
    group: GROUP,
    description: 'The logo shows the name. Pages then leave SERVER_NAME out beside it.',
  }),
  brand_favicon: text().optional().meta({
    group: GROUP,
    takes: 'the path of a PNG, SVG or ICO file of at most 256 KiB',
    fallback: 'a door',
    description: 'The icon in the tabs of a browser.',
  }),
  brand_color: color().optional().meta({
    group: GROUP,
    fallback: '#0b5f4f',
    description: 'Buttons, links and marks. Its contrast with the page is checked at start.',
  }),
  brand_color_dark: color().optional().meta({
    group: GROUP,
    fallback: 'BRAND_COLOR, lighter',
    description: 'The same on dark pages.',
  }),
  brand_background: color()
    .optional()
    .meta({ group: GROUP, fallback: '#ebe7dc', description: 'Behind the card of a page.' }),
  brand_background_dark: color()
    .optional()
    .meta({ group: GROUP, fallback: '#0d1311', description: 'The same on dark pages.' }),
  brand_support_url: link()
    .optional()
    .meta({ group: GROUP, fallback: 'no link', description: 'Where people get help, below every page.' }),
  brand_terms_url: link()
    .optional()
    .meta({ group: GROUP, fallback: 'no link', description: 'Your terms of use, below every page.' }),
  brand_privacy_url: link()
    .optional()
    .meta({ group: GROUP, fallback: 'no link', description: 'Your privacy notice, below every page.' }),
} satisfies Record<string, z.ZodType>

type Chosen = { [Name in keyof typeof brandSettings]?: z.output<(typeof brandSettings)[Name]> }

const FILES = ['brand_logo', 'brand_logo_dark', 'brand_favicon'] as const

const NAMES: Record<Choice, keyof Chosen> = {
  color: 'brand_color',
  colorDark: 'brand_color_dark',
  background: 'brand_background',
  backgroundDark: 'brand_background_dark',
}

/** Colours that are hard to read, and files that are no pictures. `home`: where relative paths begin. */
export function brandProblems(given: Chosen, home: string): string[] {
  const faults = colorFaults(colorsOf(given)).map(({ choice, message }) => {
    const [name, value] = [NAMES[choice], given[NAMES[choice]]]
    const got = value === undefined ? 'the default' : `got ${JSON.stringify(value)}, which`
    return `ACCOUNT_SERVER_${name.toUpperCase()}: ${got} ${message}`
  })
  const unreadable = FILES.flatMap((name) => {
    const path = given[name]
    const read = path === undefined ? undefined : readBrandFile(resolve(home, path))
    if (!read || !('fault' in read)) return []
    return [
      `ACCOUNT_SERVER_${name.toUpperCase()}: got ${JSON.stringify(path)}, takes the path of a picture; ${read.fault}`,
    ]
  })
  return [...faults, ...unreadable]
}

export function brandOf(given: Chosen, name: string, home: string): Brand {
  const file = (path: string | undefined): BrandFile | undefined => {
    const read = path === undefined ? undefined : readBrandFile(resolve(home, path))
    return read && 'bytes' in read ? read : undefined
  }
  return {
    name,
    colors: colorsOf(given),
    logo: file(given.brand_logo),
    logoDark: file(given.brand_logo_dark),
    logoHasName: given.brand_logo_has_name ?? false,
    icon: file(given.brand_favicon),
    links: {
      support: given.brand_support_url,
      terms: given.brand_terms_url,
      privacy: given.brand_privacy_url,
    },
  }
}

function colorsOf(given: Chosen): Brand['colors'] {
  return {
    color: given.brand_color,
    colorDark: given.brand_color_dark,
    background: given.brand_background,
    backgroundDark: given.brand_background_dark,
  }
}
