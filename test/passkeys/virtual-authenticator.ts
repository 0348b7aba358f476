/** Chromium's virtual authenticator: a page then creates and uses passkeys as with a real one (WebAuthn §11). */
import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'

type Credential = {
  credentialId: string
  isResidentCredential: boolean
  privateKey: string
  signCount: number
}

/** `present`: false waits for a touch that never comes. */
export async function addAuthenticator(page: Page, { present = true } = {}) {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: present,
    },
  })
  const credentials = async () =>
    (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  return {
    credentials,
    /** Waits until they are so: the browser learns of a change after its page has loaded. */
    async become(isSo: (found: Awaited<ReturnType<typeof credentials>>) => boolean) {
      while (!isSo(await credentials())) await setTimeout(50)
    },
    /** As if the password manager had brought the passkey to this device. */
    add: (credential: Credential) => session.send('WebAuthn.addCredential', { authenticatorId, credential }),
    remove: () => session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
    touches: (enabled: boolean) =>
      session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
  }
}
