/**
 * The same provider as the server's, where no requests are served: for a command, and for the worker. It knows every client
 * that the server knows, has no pages, and does not hear of changes.
 */
import type { Site } from '../feature.ts'
import { openSite } from './site.ts'
import type { Parts } from './parts.ts'

export function openPagelessSite(
  parts: Parts,
  { checksSectors = () => false }: { checksSectors?: () => boolean } = {},
): Promise<Site> {
  const unheard = { ...parts.feed, on: () => undefined }
  return openSite({
    parts: { ...parts, feed: unheard },
    render: noPage,
    renderError: noPage,
    startAgain: () => noPage,
    interactionUrl: noPage,
    checksSectors,
  })
}

function noPage(): never {
  throw new Error('nobody asks for a page here')
}
