/** A person may be named by the address in place of the id. */
import type { Desk } from './desk.ts'

/** The id of the account with this address; what was typed where there is none, or where it is an id. */
export async function accountIdOf({ api, may }: Pick<Desk, 'api' | 'may'>, typed: string): Promise<string> {
  if (!typed.includes('@') || !may('listAccounts')) return typed
  const { body } = await api({ id: 'listAccounts', query: { search: typed, limit: '10' } })
  const items = (body['items'] ?? []) as { id: string; email: string }[]
  return items.find(({ email }) => email.toLowerCase() === typed.toLowerCase())?.id ?? typed
}
