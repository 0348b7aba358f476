/** Finds the interaction of a page. */
import { errors } from 'oidc-provider'
import type Provider from 'oidc-provider'
import { AppError } from '../platform/errors.ts'
import { inLanguage } from '../words/tagged.ts'
import { isDocumentId } from '../provider/clients/client-documents.ts'
import type { Browser } from '../provider/sessions/browser-session.ts'

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/**
 * The interaction of this browser at this address. `undefined` when it expired, was finished, or belongs to a person
 * who has signed out since. `undefined` as well in another browser: the cookie that names it is sent to its own address
 * only.
 */
export async function openInteraction(
  provider: Provider,
  browser: Browser,
  uid: string,
): Promise<Interaction | undefined> {
  try {
    const interaction = await provider.interactionDetails(browser.req, browser.res)
    return interaction.uid === uid ? interaction : undefined
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}

/** The client of an interaction, as its pages show it to the reader. */
export async function shownClient(provider: Provider, clientId: string) {
  const client = await findClient(provider, clientId)
  if (!client) return undefined
  return {
    name: inLanguage(client, 'client_name') ?? client.clientName ?? client.clientId,
    clientUri: inLanguage(client, 'client_uri') ?? client.clientUri,
    policyUri: inLanguage(client, 'policy_uri') ?? client.policyUri,
    tosUri: inLanguage(client, 'tos_uri') ?? client.tosUri,
    homeUri: homeOf(client),
  }
}

/** Where people find the app: as it is registered, else the site of its redirect address. */
function homeOf(client: NonNullable<Awaited<ReturnType<typeof findClient>>>): string | undefined {
  const named = (client['initiateLoginUri'] as string | undefined) ?? client.clientUri
  if (named !== undefined || client.applicationType === 'native') return named
  return client.redirectUris?.map((one) => new URL(one)).find(({ origin }) => origin !== 'null')?.origin
}

/** @throws AppError 503 `client_unreachable` when the client has a document and its site does not answer */
export async function findClient(provider: Provider, clientId: string) {
  try {
    return await provider.Client.find(clientId)
  } catch (error) {
    if (!isDocumentId(clientId) || !(error instanceof errors.OIDCProviderError)) throw error
    const message = 'The site of this app does not answer. Please try again in a moment.'
    throw new AppError('client_unreachable', 503, message, { cause: error, retryAfterSeconds: 10 })
  }
}

/** A parameter of the interaction's request. Empty when it was not sent. */
export function parameter({ params }: Interaction, name: string): string {
  const value = params[name]
  return typeof value === 'string' ? value : ''
}
