/** Notes for a person before allowing an app. The app chose its name itself, so the name proves nothing. */
import type { ClientPin } from '../../consents/consents.ts'
import type { Message } from '../../words/message.ts'
import { isDocumentId } from '../../provider/clients/client-documents.ts'

type Asking = {
  client: { clientId: string; self_registered?: unknown }
  redirectUri: string
  /** The app as it describes itself now, and as it did at the person's last consent. */
  pin: ClientPin | undefined
  agreed: ClientPin | undefined
}

/** The most important first. There are none for a web app that an operator registered. */
export function clientNotes({ client, redirectUri, pin, agreed }: Asking): Message[] {
  const known = isDocumentId(client.clientId)
  const changed = pin && agreed && pin.digest !== agreed.digest
  return [
    ...(changed ? changesSince(agreed, pin) : []),
    ...(client.self_registered === true ? ['scope-note-self-registered'] : []),
    ...(known ? [{ id: 'scope-note-document', args: { host: new URL(client.clientId).host } }] : []),
    ...returnNote(redirectUri, known || client.self_registered === true),
  ]
}

/** Who registered the app, for one that an operator let in. A note warns of the others. */
export function registrarOf(
  client: { registeredBy: string | null } | undefined,
  serverName: string,
): Message | undefined {
  if (!client || client.registeredBy === 'open') return undefined
  const id = client.registeredBy === null ? 'scope-registered' : 'scope-registered-itself'
  return { id, args: { server: serverName } }
}

function changesSince(agreed: ClientPin, pin: ClientPin): Message[] {
  const moved = agreed.redirectUris.join(' ') !== pin.redirectUris.join(' ')
  return [
    ...(agreed.name === pin.name ? [] : [{ id: 'scope-note-renamed', args: { name: agreed.name } }]),
    ...(moved ? ['scope-note-moved'] : []),
  ]
}

const LOOPBACKS = new Set(['localhost', '127.0.0.1', '[::1]'])

function returnNote(redirectUri: string, unchecked: boolean): Message[] {
  const url = URL.parse(redirectUri)
  if (!url) return []
  const web = url.protocol === 'https:' || url.protocol === 'http:'
  // RFC 8252 §8.4: only a scheme from an own domain name is safe from other apps.
  if (!web && !url.protocol.includes('.'))
    return [{ id: 'scope-note-scheme', args: { scheme: url.protocol } }]
  if (!unchecked || !web) return []
  if (LOOPBACKS.has(url.hostname)) return ['scope-note-loopback']
  return [{ id: 'scope-note-return', args: { host: url.host } }]
}
