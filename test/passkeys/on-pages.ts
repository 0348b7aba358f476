/** Passkeys of people without a browser: added without a page, and used on the pages. */
import { existing, findAccountById } from '../../src/accounts/account.ts'
import { addPasskey, beginPasskey } from '../../src/passkeys/adding.ts'
import type { RequestOptions } from '../../src/passkeys/options.ts'
import type { Services } from '../../src/services.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { softwareKey } from './software-key.ts'
import type { KeyOptions, SoftwareKey } from './software-key.ts'

/** A passkey of this account, as if it had been added on the page of its security. */
export async function addKey(
  services: Services,
  accountId: string,
  options: Partial<KeyOptions> = {},
): Promise<SoftwareKey> {
  const key = softwareKey({ origin: services.config.issuer, ...options })
  const browser = 'the browser where it was added'
  const begun = await beginPasskey(services, existing(await findAccountById(services.db, accountId)), browser)
  if (!begun) throw new Error('this server has no passkeys')
  const answer = { accountId, response: key.create(begun), state: begun.state, browser, browserName: 'A key' }
  const added = await addPasskey(services, answer, { actor: accountId })
  if (!added.ok) throw new Error(added.reason)
  return key
}

/** What the page asks the browser for. */
export function askedOn<Options = RequestOptions>({ text }: Visited): Options {
  const [, options = ''] = /<data value="([^"]*)"/.exec(text) ?? []
  return JSON.parse(options.replaceAll('&#34;', '"').replaceAll('&amp;', '&')) as Options
}

/** Presses the passkey button of a page. */
export function givePasskey(
  visitor: Visitor,
  page: Visited,
  key: SoftwareKey,
  more: Record<string, string> = {},
): Promise<Visited> {
  return sendPasskey(visitor, page, key.get(askedOn(page)), more)
}

/** Sends an answer of an authenticator with the form of a page. */
export function sendPasskey(
  visitor: Visitor,
  page: Visited,
  passkey: string,
  more: Record<string, string> = {},
): Promise<Visited> {
  const [, action = ''] = /<form method="post" action="([^"]*)" data-passkey/.exec(page.text) ?? []
  const [, csrf = ''] = /name="_csrf" value="([^"]*)"/.exec(page.text) ?? []
  return visitor.post(new URL(action.replaceAll('&amp;', '&'), page.url), { _csrf: csrf, passkey, ...more })
}
