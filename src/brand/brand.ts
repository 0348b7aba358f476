/**
 * How pages and mails look: name, logo, colours, icon and links. An operator sets them for all pages, and for the pages of a
 * single app's requests. Owns what follows from these choices, not how they are entered: `settings`, `clients`.
 */
import { readable } from '../platform/contrast.ts'
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

/** What an operator chose for one app. */
export type ClientBrand = Pick<Colors, 'color' | 'colorDark'> & {
  name?: string | undefined
  logoHref?: string | undefined
  /** Pages have the logo as their icon without it. */
  iconHref?: string | undefined
  links: BrandLinks
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

/** The same on the pages of an app's requests. What the app leaves open is that of all pages. */
export function shownBrandOfClient(brand: Brand, client: ClientBrand): ShownBrand {
  const shown = shownBrand(brand)
  const { logoHref, iconHref = logoHref } = client
  return {
    ...shown,
    name: client.name ?? shown.name,
    sheetHref: sheetHref(colorsOf(brand, client)),
    ...(logoHref && { logoHref, logoDarkHref: undefined, logoHasName: false }),
    ...(iconHref && { iconHref }),
    links: linksOf({ ...brand.links, ...given(client.links) }),
  }
}

/** What mails need of a brand. */
export type MailBrand = Pick<Brand, 'colors' | 'logo' | 'logoHasName' | 'links'>

/** The brand of the mails on the way to an app; `logoHref` is a path of this server. */
export function mailBrandOf(brand: MailBrand, client: ClientBrand | undefined) {
  const { colors, logoHasName, links } = brand
  const own = { colors, logoHasName, links, logoHref: mailLogoPath(brand) }
  if (!client) return own
  const { logoHref } = client
  return {
    ...own,
    colors: colorsOf(brand, client),
    links: { ...links, ...given(client.links) },
    ...(logoHref && { logoHref, logoHasName: false }),
  }
}

/** The address of a logo that mail programs can show; they show no SVG. */
export function mailLogoPath({ logo }: Pick<Brand, 'logo'>): string | undefined {
  return logo && logo.type !== 'image/svg+xml' ? fileHref('logo', logo) : undefined
}

export function paletteFor({ colors }: Pick<Brand, 'colors'>): Palette {
  return sheetHref(colors) ? paletteOf(colors) : DEFAULT_PALETTE
}

/** The app's colour was checked on the usual background; on that of this instance it may have to be darker. */
function colorsOf(brand: Pick<Brand, 'colors'>, { color, colorDark }: ClientBrand): Colors {
  if (color === undefined) return brand.colors
  const { light, dark } = paletteFor(brand)
  return {
    ...brand.colors,
    color: readable(color, [light.paper, light.card], '#000000'),
    colorDark: colorDark && readable(colorDark, [dark.paper, dark.card], '#ffffff'),
  }
}

function fileHref(which: keyof typeof BRAND_PATHS, file: BrandFile | undefined): string | undefined {
  return file && `${BRAND_PATHS[which]}?v=${file.version}`
}

const KINDS = ['support', 'terms', 'privacy'] as const

/** Those that are set, in the order in which they are shown. */
export function linksOf(links: BrandLinks): ShownBrand['links'] {
  return KINDS.flatMap((kind) => {
    const href = links[kind]
    return href === undefined ? [] : [{ kind, href }]
  })
}

function given(links: BrandLinks): BrandLinks {
  return Object.fromEntries(Object.entries(links).filter(([, href]) => href !== undefined))
}
