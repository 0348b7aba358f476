/** Pages of an app's request wear what an operator chose for that app. */
import { shownBrandOfClient } from '../../brand/brand.ts'
import type { Brand, ClientBrand } from '../../brand/brand.ts'
import { iconHref, logoHref } from '../../clients/logo/client-logo.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Oidc } from '../contract/current-provider.ts'
import { inLanguage } from '../../words/tagged.ts'
import { isDocumentId } from './client-documents.ts'

/** Dresses the page that follows. A client without a brand, or one that is not there, changes nothing. */
export type WearBrand = (ctx: AnyContext, clientId: string | undefined) => Promise<void>

export function createWearBrand({ oidc, brand }: { oidc: Oidc; brand: Brand }): WearBrand {
  return async (ctx, clientId) => {
    // A document's host may be slow, and its client has no brand.
    if (!clientId || isDocumentId(clientId)) return
    const client = await oidc.current().Client.find(clientId)
    const chosen = client && brandOf(client)
    if (chosen)
      Object.assign(requestState(ctx), { brand: shownBrandOfClient(brand, chosen), brandOf: clientId })
  }
}

/** The client as the library has it: it spells only the metadata in its own way that it knows. */
type LibraryClient = { clientId: string; logoUri?: string; tosUri?: string; policyUri?: string } & Record<
  string,
  unknown
>

function brandOf(client: LibraryClient): ClientBrand | undefined {
  const { brand_name: name, brand_color: color, brand_color_dark: colorDark, support_uri: support } = client
  const { brand_icon_uri: icon } = client
  if ([name, color, colorDark, icon, support].every((one) => one === undefined)) return undefined
  const { clientId, logoUri, tosUri, policyUri, logo_id: logoId } = client
  const hasLogo = logoUri !== undefined || logoId !== undefined
  const terms = inLanguage(client, 'tos_uri') ?? tosUri
  const privacy = inLanguage(client, 'policy_uri') ?? policyUri
  return {
    name: textOf(name),
    color: textOf(color),
    colorDark: textOf(colorDark),
    logoHref: hasLogo ? logoHref(clientId, client, logoId) : undefined,
    iconHref: icon === undefined ? undefined : iconHref(clientId),
    links: { support: textOf(support), terms, privacy },
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
