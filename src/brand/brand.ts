/**
 * How pages and mails look: name, logo, colours, icon and links. An operator sets them for all pages, and for the pages of a
 * single app's requests. Owns what follows from these choices, not how they are entered: `settings`, `clients`.
 */
import type { BrandFile } from './brand-files.ts'
import { DEFAULT_PALETTE, paletteOf } from './palette.ts'
import type { Colors, Palette } from './palette.ts'
import { sheetHref } from './sheet.ts'

export type Brand = {
  name: string
  colors: Colors
  logo?: BrandFile | undefined
  logoDark?: BrandFile | undefined
  /** The logo shows the name: pages do not repeat it. */
  logoHasName: boolean
  icon?: BrandFile | undefined
  links: BrandLinks
}

export type BrandLinks = {
  support?: string | undefined
  terms?: string | undefined
  privacy?: string | undefined
}

/** What a page needs of it. */
export type ShownBrand = {
  name: string
  sheetHref?: string | undefined
  logoHref?: string | undefined
  logoDarkHref?: string | undefined
  logoHasName: boolean
  iconHref?: string | undefined
  /** Of the browser's own frame. */
  themeColor: { light: string; dark: string }
  links: { kind: keyof BrandLinks; href: string }[]
}

export const BRAND_PATHS = {
  logo: '/brand/logo',
  logoDark: '/brand/logo-dark',
  icon: '/brand/icon',
} as const

export function shownBrand(brand: Brand): ShownBrand {
  const { light, dark } = paletteFor(brand)
  return {
    name: brand.name,
    sheetHref: sheetHref(brand.colors),
    logoHref: fileHref('logo', brand.logo),
    logoDarkHref: fileHref('logoDark', brand.logoDark),
    logoHasName: brand.logo !== undefined && brand.logoHasName,
    iconHref: fileHref('icon', brand.icon),
    themeColor: { light: light.paper, dark: dark.paper },
    links: linksOf(brand.links),
  }
}

/** The address of a logo that mail programs can show; they show no SVG. */
export function mailLogoPath({ logo }: Pick<Brand, 'logo'>): string | undefined {
  return logo && logo.type !== 'image/svg+xml' ? fileHref('logo', logo) : undefined
}

export function paletteFor({ colors }: Pick<Brand, 'colors'>): Palette {
  return sheetHref(colors) ? paletteOf(colors) : DEFAULT_PALETTE
}

function fileHref(which: keyof typeof BRAND_PATHS, file: BrandFile | undefined): string | undefined {
  return file && `${BRAND_PATHS[which]}?v=${file.version}`
}

const KINDS = ['support', 'terms', 'privacy'] as const

function linksOf(links: BrandLinks): ShownBrand['links'] {
  return KINDS.flatMap((kind) => {
    const href = links[kind]
    return href === undefined ? [] : [{ kind, href }]
  })
}
