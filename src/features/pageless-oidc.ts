/**
 * The same provider as the server's, where no requests are served: for a command, and for the worker. It knows every client
 * that the server knows, has no pages, and hears of no change.
 */
import { createOidcFeatures } from './oidc.ts'
import type { OidcFeatures } from './oidc.ts'
import type { Parts } from '../process/parts.ts'

export function createPagelessOidc(
  parts: Parts,
  { checksSectors = () => false }: { checksSectors?: () => boolean } = {},
): Promise<OidcFeatures> {
  const unheard = { ...parts.feed, on: () => undefined }
  return createOidcFeatures({
    parts: { ...parts, feed: unheard },
    render: noPage,
    renderError: noPage,
    startAgain: noPage,
    interactionUrl: noPage,
    checksSectors,
    // Without these the grant of devices is off, and the library would refuse every client that registered it.
    devicePages: () => ({ enterCode: noPage, confirm: noPage, answered: noPage, startAgain: noPage }),
  })
}

function noPage(): never {
  throw new Error('nobody asks for a page here')
}
