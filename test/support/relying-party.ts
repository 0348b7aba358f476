/** An app that lets people sign in here: openid-client, and a listener where the browser comes back to. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as oidc from 'openid-client'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import type { RegisteredClient } from '../../src/clients/clients.ts'
import type { RunningServer } from './running-server.ts'

export type RelyingParty = Awaited<ReturnType<typeof startRelyingParty>>
/** A request on its way: where to send the browser, and what checks the answer. */
export type SignInRequest = { url: string; verifier: string; state: string; nonce: string }

type Options = { client?: Partial<ClientInput>; scope?: string }

/** Registers a client at `server` and listens for the browser's return; `scope` is what it asks for. */
export async function startRelyingParty(server: RunningServer, options: Options = {}) {
  const returns: URL[] = []
  const listener = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin())
    if (url.pathname === '/callback') returns.push(url)
    const words = url.pathname === '/callback' ? 'Back at the app' : 'Signed out of the app'
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>App</title><h1>${words}</h1>`)
  })
  const origin = () => `http://localhost:${(listener.address() as AddressInfo).port}`
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const redirectUri = `${origin()}/callback`
  const signedOutUri = `${origin()}/signed-out`
  const client = await server.createClient({
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [signedOutUri],
    ...options.client,
  })
  const config = await discover(server.issuer, client)
  const defaultScope = options.scope ?? 'openid email profile'

  return {
    client,
    config,
    redirectUri,
    signedOutUri,
    /** Every return of a browser so far, oldest first. */
    returns,
    /** A request with a verifier, state and nonce of its own. */
    async begin(parameters: Record<string, string> = {}): Promise<SignInRequest> {
      const verifier = oidc.randomPKCECodeVerifier()
      const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: defaultScope,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        ...parameters,
      })
      return { url: url.href, verifier, state, nonce }
    },
    /** Redeems the code of the return address; state, nonce, issuer and signature are checked. */
    finish: (
      request: SignInRequest,
      returned: string | URL,
      extra: { parameters?: Record<string, string>; checks?: oidc.AuthorizationCodeGrantChecks } = {},
    ) =>
      oidc.authorizationCodeGrant(
        config,
        new URL(returned),
        {
          pkceCodeVerifier: request.verifier,
          expectedState: request.state,
          expectedNonce: request.nonce,
          idTokenExpected: true,
          ...extra.checks,
        },
        extra.parameters,
      ),
    userinfo: (accessToken: string, subject: string) => oidc.fetchUserInfo(config, accessToken, subject),
    refresh: (refreshToken: string, parameters?: Record<string, string>) =>
      oidc.refreshTokenGrant(config, refreshToken, parameters),
    introspect: (token: string) => oidc.tokenIntrospection(config, token),
    /** Where the app sends the browser to sign out. */
    signOutUrl: (idToken: string, parameters: Record<string, string> = {}) =>
      oidc.buildEndSessionUrl(config, {
        id_token_hint: idToken,
        post_logout_redirect_uri: signedOutUri,
        ...parameters,
      }).href,
    async stop() {
      const closed = once(listener, 'close')
      listener.close()
      listener.closeAllConnections()
      await closed
    },
  }
}

/** openid-client set up for a registered client: a relying party, or a resource server that introspects. */
export function discover(issuer: string, client: RegisteredClient): Promise<oidc.Configuration> {
  const secret = client.client_secret
  return oidc.discovery(
    new URL(issuer),
    client.client_id,
    { client_secret: secret, id_token_signed_response_alg: client.id_token_signed_response_alg },
    secret ? oidc.ClientSecretBasic(secret) : oidc.None(),
    { execute: [oidc.allowInsecureRequests] },
  )
}
