/**
 * The same provider as the server's, where no requests are served: for a command, and for a worker in a process of its
 * own. It knows every client that the server knows and has no pages. The library checks and signs by nothing less than a
 * whole provider.
 */
import type { Site } from '../feature.ts'
import { openSite, prepareSite } from './site.ts'
import type { Parts } from './start/parts.ts'

export function openPagelessSite(parts: Parts): Promise<Site> {
  return openSite(parts, PAGELESS)
}

/** For operations that ask the provider nothing: it is not opened, so no keys are needed. */
export function preparePagelessSite(parts: Parts): Site {
  return prepareSite(parts, PAGELESS).site
}

const PAGELESS = {
  render: Object.assign(noPage, { texts: noPage }),
  askSelf: noPage,
  renderError: noPage,
  startAgain: () => noPage,
  interactionUrl: noPage,
}

function noPage(): never {
  throw new Error('nobody asks for a page here')
}
