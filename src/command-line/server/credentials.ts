/**
 * Which access token a command sends: that of the environment, one that a machine gets with its client credentials, or that of
 * `login`. Secrets come from files and the environment, never from arguments, which other users can read.
 */
import { readFileSync } from 'node:fs'
import { AppError } from '../../platform/errors.ts'
import { usageError } from '../input.ts'
import { API_PATH } from './api-operations.ts'
import { keepSignIn, readSignIn, signInsFile } from './kept-sign-ins.ts'
import type { KeptSignIn } from './kept-sign-ins.ts'
import { refresh } from './sign-in.ts'
import { askForTokens, endpointsOf } from './token-endpoint.ts'

export type Credentials = {
  tokenFor: (scope: string) => Promise<string>
  /** After the server refused the last token; nothing where there is no other. */
  renewed: () => Promise<string | undefined>
}

/** Less time than this is too short for a command. */
const MARGIN_MS = 30_000

export function credentialsFor(server: string, environment: NodeJS.ProcessEnv): Credentials {
  const { ACCOUNT_SERVER_TOKEN: token, ACCOUNT_SERVER_CLIENT_ID: clientId } = environment
  if (token) return { tokenFor: () => Promise.resolve(token), renewed: () => Promise.resolve(undefined) }
  const { ACCOUNT_SERVER_CLIENT_SECRET_FILE: secretFile } = environment
  if (!clientId) return ofPerson(server, signInsFile(environment))
  if (!secretFile) throw usageError('ACCOUNT_SERVER_CLIENT_ID goes with ACCOUNT_SERVER_CLIENT_SECRET_FILE')
  return ofMachine(server, clientId, secretFile)
}

/** One token for each scope: a client may have fewer than all. */
function ofMachine(server: string, clientId: string, secretFile: string): Credentials {
  const tokens = new Map<string, string>()
  async function tokenFor(scope: string): Promise<string> {
    const known = tokens.get(scope)
    if (known !== undefined) return known
    const basic = [clientId, readSecret(secretFile)].map(encodeURIComponent).join(':')
    const headers = { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }
    const form = { grant_type: 'client_credentials', resource: `${server}${API_PATH}`, scope }
    const answer = await askForTokens(await endpointsOf(server), form, headers)
    if ('refusal' in answer)
      throw new AppError(
        answer.refusal.error,
        400,
        `The client gets no token for ${scope}: ${answer.refusal.why}`,
      )
    tokens.set(scope, answer.tokens.accessToken)
    return answer.tokens.accessToken
  }
  return { tokenFor, renewed: () => Promise.resolve(undefined) }
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw usageError(`ACCOUNT_SERVER_CLIENT_SECRET_FILE: ${file} cannot be read`)
  }
}

function ofPerson(server: string, file: string): Credentials {
  async function renewed(): Promise<string | undefined> {
    const before = readSignIn(file, server)
    if (before?.refreshToken === undefined) return undefined
    const newer = (await refresh(server, before.refreshToken)) ?? otherThan(before, readSignIn(file, server))
    if (newer) keepSignIn(file, server, newer)
    return newer?.accessToken
  }
  async function tokenFor(): Promise<string> {
    const kept = readSignIn(file, server)
    if (kept && kept.expiresAtMs - MARGIN_MS > Date.now()) return kept.accessToken
    const token = await renewed()
    if (token !== undefined) return token
    throw signInNeeded(server, kept ? 'The sign-in is over.' : 'Nobody is signed in at this server.')
  }
  return { tokenFor, renewed }
}

/** Another command may have refreshed the same tokens a moment ago. */
function otherThan(before: KeptSignIn, now: KeptSignIn | undefined): KeptSignIn | undefined {
  return now !== undefined && now.accessToken !== before.accessToken ? now : undefined
}

export function signInNeeded(server: string, why: string): AppError {
  return new AppError('sign_in_needed', 401, `${why} Run: npm run cli -- login --server ${server}`)
}
