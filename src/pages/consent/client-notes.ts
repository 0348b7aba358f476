/** Notes for a person before allowing an app. The app chose its name itself, so the name proves nothing. */
import type { ClientPin } from '../../consents/consents.ts'
import { isDocumentId } from '../../provider/clients/client-documents.ts'

type Asking = {
  client: { clientId: string; self_registered?: unknown }
  redirectUri: string
  /** The app as it describes itself now, and as it did at the person's last consent. */
  pin: ClientPin | undefined
  agreed: ClientPin | undefined
}

/** Sentences, the most important first. There are none for a web app that an operator registered. */
export function clientNotes({ client, redirectUri, pin, agreed }: Asking): string[] {
  const known = isDocumentId(client.clientId)
  const changed = pin && agreed && pin.digest !== agreed.digest
  return [
    ...(changed ? changesSince(agreed, pin) : []),
    ...(client.self_registered === true ? ['This app registered itself. Nobody here has checked it.'] : []),
    ...(known ? [`This app is known only by its address: ${new URL(client.clientId).host}`] : []),
    ...returnNote(redirectUri, known || client.self_registered === true),
  ]
}

/** Who registered the app, for one that an operator let in. A note warns of the others. */
export function registrarOf(
  client: { registeredBy: string | null } | undefined,
  serverName: string,
): string | undefined {
  if (!client || client.registeredBy === 'open') return undefined
  const by = `the administrators of ${serverName}`
  return client.registeredBy === null ? `Registered by ${by}` : `Registered itself, with leave from ${by}`
}

function changesSince(agreed: ClientPin, pin: ClientPin): string[] {
  const moved = agreed.redirectUris.join(' ') !== pin.redirectUris.join(' ')
  return [
    ...(agreed.name === pin.name
      ? []
      : [`Since you allowed it, it has changed its name. It was called ${agreed.name}.`]),
    ...(moved ? ['Since you allowed it, it has changed the addresses that people are sent to.'] : []),
  ]
}

const LOOPBACKS = new Set(['localhost', '127.0.0.1', '[::1]'])

function returnNote(redirectUri: string, unchecked: boolean): string[] {
  const url = URL.parse(redirectUri)
  if (!url) return []
  const web = url.protocol === 'https:' || url.protocol === 'http:'
  // RFC 8252 §8.4: only a scheme from an own domain name is safe from other apps.
  if (!web && !url.protocol.includes('.'))
    return [
      `It opens an app on this device by ${url.protocol}, which other apps may claim too. Go on only if you began this yourself.`,
    ]
  if (!unchecked || !web) return []
  if (LOOPBACKS.has(url.hostname))
    return ['You will return to a program on this device. Go on only if you began this yourself.']
  return [`You will return to ${url.host}`]
}
