/**
 * How an operator dresses the pages of one app's requests. No client says it of itself: with the name and colours of a bank, a
 * stranger's app could ask for the password of a person. The logo is `logo_uri`, and the rules are `tos_uri` and `policy_uri`.
 */
import { z } from 'zod'
import { colorFaults } from '../brand/palette.ts'
import type { Choice } from '../brand/palette.ts'
import { isColor } from '../platform/contrast.ts'
import { uri } from './client-fields.ts'
import { webUriFault } from './addresses/client-uri.ts'

export const CLIENT_BRAND = [
  'brand_name',
  'brand_color',
  'brand_color_dark',
  'brand_icon_uri',
  'support_uri',
] as const

const color = (choice: Choice) =>
  z.string().check((ctx) => {
    const message = isColor(ctx.value) ? fault(choice, ctx.value) : 'takes a colour as #rrggbb'
    if (message) ctx.issues.push({ code: 'custom', input: ctx.value, message })
  })

/** The fields, to be spread into the schema of a client. */
export const clientBrandFields = {
  /** In place of the server's name. */
  brand_name: z.string().trim().min(1).max(100).optional(),
  brand_color: color('color').optional(),
  brand_color_dark: color('colorDark').optional(),
  /** In the tab of the browser, in place of the logo. */
  brand_icon_uri: uri(webUriFault).optional(),
  support_uri: uri(webUriFault).optional(),
}

/** What an operator chose of these fields. */
export function clientBrandOf(metadata: Partial<Record<(typeof CLIENT_BRAND)[number], unknown>>) {
  const chosen = CLIENT_BRAND.map((name) => [name, metadata[name]] as const)
  return Object.fromEntries(chosen.filter(([, value]) => value !== undefined))
}

function fault(choice: Choice, value: string): string | undefined {
  const [found] = colorFaults({ [choice]: value })
  return found && `"${value}" ${found.message}`
}
