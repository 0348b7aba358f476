/** A device and a bank that ask for access from elsewhere: addresses to open, and codes to type, by what they show. */
import * as oidc from 'openid-client'
import { discover } from '../support/relying-party.ts'
import type { RunningServer } from '../support/running-server.ts'

/** A television that waits for somebody to type its code. */
export async function startDevice(server: RunningServer) {
  const client = await server.createClient({
    client_name: 'Living Room TV',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    token_endpoint_auth_method: 'none',
  })
  const tv = await discover(server.issuer, client)
  tv[oidc.customFetch] = (address, { headers, ...options }) =>
    fetch(address, { ...options, headers: { ...headers, 'user-agent': 'SampleTV/4.1' } } as RequestInit)
  return oidc.initiateDeviceAuthorization(tv, { scope: 'openid profile' })
}

/** A bank that asks the person of this address to agree, and its mail has come. */
export async function askBehindTheScenes(server: RunningServer, email: string): Promise<void> {
  const client = await server.createClient({
    client_name: 'Corner Bank',
    grant_types: ['urn:openid:params:grant-type:ciba'],
    backchannel_token_delivery_mode: 'poll',
  })
  const bank = await discover(server.issuer, client)
  await oidc.initiateBackchannelAuthentication(bank, {
    scope: 'openid email',
    login_hint: email,
    binding_message: 'Transfer 4-7-1',
  })
  await server.waitForMail(email, 'Corner Bank asks for access')
}
