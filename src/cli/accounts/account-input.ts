/** What was typed about an account. */
import { text as textOf } from 'node:stream/consumers'
import { ACCOUNT_STATES } from '../../accounts/search/account-states.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'

export async function readPassword(input: Input): Promise<string> {
  const [typed, fromStdin] = [input.text('password'), input.flag('password-stdin')]
  if (typed !== undefined && fromStdin) throw usageError('give either --password or --password-stdin')
  if (typed !== undefined) return typed
  if (!fromStdin) throw usageError('account create needs --password-stdin or --password')
  return passwordFromStdin()
}

export async function passwordFromStdin(): Promise<string> {
  if (process.stdin.isTTY)
    process.stderr.write('Password, then Enter and Ctrl-D (it is shown as you type):\n')
  const password = (await textOf(process.stdin)).replace(/\r?\n$/, '')
  if (/[\r\n]/.test(password)) throw usageError('--password-stdin takes one line')
  return password
}

/** What a list is narrowed by. */
export function filterIn(input: Input) {
  const typed = input.text('state')
  const state = ACCOUNT_STATES.find((one) => one === typed)
  if (typed !== undefined && state === undefined)
    throw usageError(`--state takes one of ${ACCOUNT_STATES.join(', ')}`)
  return { state, group: input.text('group'), role: input.text('role') }
}
