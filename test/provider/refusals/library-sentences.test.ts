import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { errors } from 'oidc-provider'
import { BY_CODE, BY_PATTERN, BY_SENTENCE } from '../../../src/provider/refusals/descriptions.ts'
import { sqliteStage } from '../stage.ts'

const LIBRARY = fileURLToPath(new URL('../../../node_modules/oidc-provider/lib/', import.meta.url))

/** Features that are off, and so the errors of theirs that nobody gets. */
const OFF_FILES = /credential|attest|pre_authorized|helpers\/(errors|initialize_clients)\.js$/
const OFF_CODES = [
  'credential_request_denied',
  'invalid_client_attestation',
  'invalid_credential_request',
  'invalid_nonce',
  'invalid_proof',
  'unknown_credential_configuration',
  'unknown_credential_identifier',
  'use_attestation_challenge',
  'use_fresh_attestation',
]

/** Their first argument is for the log alone; the answer has the class's own description. */
const FOR_THE_LOG = ['InvalidToken', 'InvalidGrant', 'InvalidClientAuth']

/** Read, and found to say what to change, or never to reach the developer of an app. */
const SAYS_ENOUGH = [
  /^(interaction )?session /,
  /^interaction session |^authorization (request has expired|session and cookie)/,
  /xsrf token/,
  /OAuth-Client-Attestation/,
  /^client_assertion_type must have value /,
  /must not be provided twice$/,
  /not authorized to revoke the presented token$/,
  /^claims[. ]/,
  /^invalid claims\.id_token\.acr\.values type$/,
  /^access token must only be provided using one mechanism$/,
  /^`DPoP` tokens must be provided via an authorization header$/,
  /must be a string with a (minimum|maximum) length of \d+ characters$/,
  /contains invalid characters$/,
  /does not match the (provided id_token_hint|authenticated client's one)$/,
  /^introspection must be requested with Accept: /,
  /^client does not have permission to (read|update|delete) its record$/,
  /^request MUST NOT include the /,
  /^client_notification_token must /,
  /^(request and request_uri parameters|Encrypted Request Objects are not supported)/,
  /^prompt none must only be used alone$/,
  /unless encrypted$/,
  /^openid scope must be requested /,
  /authorization_details parameter is not supported for this response_type/,
  /authorization details type/,
  /(should|must) be a (JSON|non-empty|an array|a boolean)|must be an array|entries must be|must reference an entry/,
  /type attribute must be/,
  /^resource indicator must |^only a single (audience|resource indicator)/,
  /^client JSON Web Key Set is invalid$/,
  /^client_id metadata document /,
  /sector_identifier_uri|sector identifier$/,
  /^the binding_message value/,
  /^Request Object (is missing|'exp' claim|must not contain)/,
  /^request (response_type|client_id) (must equal|mismatch)/,
  /^DPoP proof (must have a|nonce must be a string|iat is not recent enough$|JWT )|^DPoP nonces are not supported$/,
  /^mutual TLS client certificate not provided$/,
  /^access token missing requested scope$/,
  /^redirect_uri did not match any of the client's registered redirect_uris$/,
  /^request is invalid$/,
  // Introspection and revocation look for JWTs here.
  /^Structured JWT Tokens cannot be /,
]

const isDescribed = (sentence: string) =>
  Object.hasOwn(BY_SENTENCE, sentence) || BY_PATTERN.some(([pattern]) => pattern.test(sentence))
const isEnough = (sentence: string) => SAYS_ENOUGH.some((pattern) => pattern.test(sentence))

type Thrown = { file: string; error: string; sentence: string | undefined }

/** Every error that the installed library makes, with its sentence; templates with their names filled in. */
function thrown(): Thrown[] {
  const made = /new (?:errors\.)?(\w+)\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`|\))/g
  const known = [...Object.keys(errors), 'ErrorClass', 'ErrorConstructor', 'Err']
  return globSync('**/*.js', { cwd: LIBRARY })
    .filter((file) => !OFF_FILES.test(file))
    .flatMap((file) =>
      [...readFileSync(LIBRARY + file, 'utf8').matchAll(made)]
        .filter(([, error]) => known.includes(error!))
        .map(([, error, ...said]) => ({ file, error: error!, sentence: plainly(said.find(Boolean)) })),
    )
}

/** As the developer of an app would read it. */
function plainly(source: string | undefined): string | undefined {
  return source
    ?.replaceAll("\\'", "'")
    .replace(/\$\{formatters\.pluralize\('(\w+)'[^}]*\}/g, '$1')
    .replace(/\$\{grantType\}/, 'urn:x')
    .replace(/\$\{[^}]*\}/g, 'x')
}

describe('the words of the library', () => {
  const all = thrown()

  it('are found in its source', () => {
    expect(all).to.have.length.above(180)
    expect(new Set(all.map(({ file }) => file))).to.include('shared/client_auth.js')
  })

  it('say what to change, or we do: a new sentence fails here until somebody has read it', () => {
    const unread = all.filter(
      ({ error, sentence }) =>
        sentence !== undefined &&
        !FOR_THE_LOG.includes(error) &&
        !isDescribed(sentence) &&
        !isEnough(sentence),
    )
    expect(unread).to.eql([])
  })

  it('are added by us to every error that has none of its own', () => {
    const silent = Object.entries(errors)
      .filter(([name]) => name !== 'OIDCProviderError' && name !== 'CustomOIDCProviderError')
      .map(([, Type]) => new (Type as unknown as new (...none: unknown[]) => Silent)(''))
      .filter(({ message, error_description: told }) =>
        told ? !isDescribed(told) && !isEnough(told) : !Object.hasOwn(BY_CODE, message),
      )
      .map(({ message }) => message)
    expect(silent).to.have.members([
      ...OFF_CODES,
      'invalid_scope',
      'insufficient_scope',
      'invalid_client_metadata',
    ])
  })

  it('are not kept here once the library has none of them', () => {
    const source = globSync('**/*.js', { cwd: LIBRARY })
      .map((file) => readFileSync(LIBRARY + file, 'utf8').replaceAll("\\'", "'"))
      .join('\n')
    expect(Object.keys(BY_SENTENCE).filter((sentence) => !source.includes(sentence))).to.eql([])
  })

  it('are not needed for features that are off', async () => {
    const stage = await sqliteStage()
    const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
    expect(metadata).to.not.have.any.keys(
      'challenge_endpoint',
      'client_attestation_signing_alg_values_supported',
    )
    expect((await stage.send({ to: '/.well-known/openid-credential-issuer' })).status).to.equal(404)
  })
})

type Silent = { message: string; error_description?: string }
