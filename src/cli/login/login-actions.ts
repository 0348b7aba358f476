/** What `login` and `logout` do. */
import { z } from 'zod'
import { withWarnings } from '../../command-line/command.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { keepSignIn, readSignIn, signInsFile } from '../../command-line/server/kept-sign-ins.ts'
import { credentialsFor } from '../../command-line/server/credentials.ts'
import { serverApi } from '../../command-line/server/server-api.ts'
import { serverOf } from '../../command-line/server/server-address.ts'
import { endSignIn, signIn } from '../../command-line/server/sign-in.ts'
import type { Shown } from '../../command-line/server/sign-in.ts'
import { AppError } from '../../platform/errors.ts'

const person = z.object({ id: z.string(), email: z.string() })

export async function login(input: Input): Promise<Answer> {
  const server = serverOf(input) ?? ''
  const file = signInsFile(process.env)
  // A file that cannot be kept is found before anybody opens a browser.
  keepSignIn(file, server, readSignIn(file, server))
  keepSignIn(file, server, await signIn(server, show))
  const { ACCOUNT_SERVER_TOKEN: _token, ACCOUNT_SERVER_CLIENT_ID: _id, ...environment } = process.env
  const api = serverApi(server, credentialsFor(server, environment))
  const { id, email } = await api.call('getOwnAccount', person)
  const answer = { data: { server, id, email }, text: `Signed in at ${server} as ${email}.` }
  return withWarnings(answer, await warningsOf(api))
}

/** Standard output is for the answer. */
function show({ address, linked, code, minutes }: Shown): void {
  const lines = [
    `Open ${linked}`,
    `and compare the code:  ${code}`,
    `(On another device: ${address})`,
    `Waiting, for ${minutes} minutes at most …`,
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
}

async function warningsOf(api: ReturnType<typeof serverApi>): Promise<string[]> {
  try {
    await api.send('listAccounts', { query: { limit: 1 } })
    return []
  } catch (error) {
    if (error instanceof AppError && error.status === 403)
      return [`${error.message} Most commands will be refused.`]
    throw error
  }
}

export async function logout(input: Input): Promise<Answer> {
  const server = serverOf(input) ?? ''
  const file = signInsFile(process.env)
  const kept = readSignIn(file, server)
  if (!kept) return { data: { server, signed_out: false }, text: `Nobody was signed in at ${server}.` }
  keepSignIn(file, server, undefined)
  const answer = { data: { server, signed_out: true }, text: `Signed out at ${server}.` }
  try {
    await endSignIn(server, kept)
    return answer
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return withWarnings(answer, [`${error.message} The tokens there end by themselves.`])
  }
}
