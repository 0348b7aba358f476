/**
 * Which access token a command sends: that of the environment, one that a machine gets with its client credentials, or that of
 * `login`. Secrets come from files and the environment, never from arguments, which other users can read.
 */
import { readFileSync } from 'node:fs'
import { AppError } from '../../platform/errors.ts'
import { usageError } from '../input.ts'
import { API_PATH } from '../api-operations.ts'
import { keepSignIn, readSignIn, signInsFile } from './kept-sign-ins.ts'
import type { KeptSignIn } from './kept-sign-ins.ts'
import { refresh } from './sign-in.ts'
import { askForTokens, endpointsOf } from './token-endpoint.ts'

export type Credentials = {
  token: () => Promise<string>
  /** After the server refused the last token; nothing where there is no other. */
  renewed: () => Promise<string | undefined>
  /** What to do about a token that lacks a scope. */
  toWiden: string
}

/** Less time than this is too short for a command. */
const MARGIN_MS = 30_000

const FIXED = { renewed: () => Promise.resolve(undefined) }
const WIDER_TOKEN = 'Set ACCOUNT_SERVER_TOKEN to a token that has it.'
const WIDER_CLIENT = 'Give the scope to the client of ACCOUNT_SERVER_CLIENT_ID.'

export function credentialsFor(server: string, environment: NodeJS.ProcessEnv): Credentials {
  const { ACCOUNT_SERVER_TOKEN: token, ACCOUNT_SERVER_CLIENT_ID: clientId } = environment
  if (token) return { token: () => Promise.resolve(token), ...FIXED, toWiden: WIDER_TOKEN }
  const { ACCOUNT_SERVER_CLIENT_SECRET_FILE: secretFile } = environment
  if (!clientId) return ofPerson(server, signInsFile(environment))
  if (!secretFile) throw usageError('ACCOUNT_SERVER_CLIENT_ID goes with ACCOUNT_SERVER_CLIENT_SECRET_FILE')
  return ofMachine(server, clientId, secretFile)
}

/** A request without scopes gets all that the client has there. Who gives a role needs more than the scope of that command. */
function ofMachine(server: string, clientId: string, secretFile: string): Credentials {
  let known: string | undefined
  async function token(): Promise<string> {
    if (known !== undefined) return known
    const basic = [clientId, readSecret(secretFile)].map(encodeURIComponent).join(':')
    const headers = { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }
    const form = { grant_type: 'client_credentials', resource: `${server}${API_PATH}` }
    const answer = await askForTokens(await endpointsOf(server), form, headers)
    if ('refusal' in answer)
      throw new AppError(answer.refusal.error, 400, `The client gets no token: ${answer.refusal.why}`)
    return (known = answer.tokens.accessToken)
  }
  return { token, ...FIXED, toWiden: WIDER_CLIENT }
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
  async function token(): Promise<string> {
    const kept = readSignIn(file, server)
    if (kept && kept.expiresAtMs - MARGIN_MS > Date.now()) return kept.accessToken
    const newer = await renewed()
    if (newer !== undefined) return newer
    throw signInNeeded(server, kept ? 'The sign-in is over.' : 'Nobody is signed in at this server.')
  }
  return { token, renewed, toWiden: `Run: ${loginAt(server)}` }
}

/** Another command may have refreshed the same tokens a moment ago. */
function otherThan(before: KeptSignIn, now: KeptSignIn | undefined): KeptSignIn | undefined {
  return now !== undefined && now.accessToken !== before.accessToken ? now : undefined
}

export function signInNeeded(server: string, why: string): AppError {
  return new AppError('sign_in_needed', 401, `${why} Run: ${loginAt(server)}`)
}

function loginAt(server: string): string {
  return `npm run cli -- login --server ${server}`
}
