/** A person may be named by the address in place of the id. */
import { findAccountById } from '../accounts/account.ts'
import type { Desk } from './desk.ts'
import { thingHref } from './hrefs.ts'
import type { Shown } from './sections/section.ts'
import type { Fact } from './shown.ts'

/** The id of the account with this address; what was typed where there is none, or where it is an id. */
export async function accountIdOf({ api, may }: Pick<Desk, 'api' | 'may'>, typed: string): Promise<string> {
  if (!typed.includes('@') || !may('listAccounts')) return typed
  const { body } = await api({ id: 'listAccounts', query: { search: typed, limit: '10' } })
  const items = (body['items'] ?? []) as { id: string; email: string }[]
  return items.find(({ email }) => email.toLowerCase() === typed.toLowerCase())?.id ?? typed
}

const ACCOUNTS: readonly string[] = ['account_id', 'actor']

/** Ids of accounts lead to their pages, where the person may read them and they are not deleted. */
export async function leadingToAccounts(
  { services: { db }, may }: Pick<Desk, 'services' | 'may'>,
  shown: Shown,
  facts: readonly Fact[],
): Promise<(Fact & { href?: string })[]> {
  const led: (Fact & { href?: string })[] = []
  for (const fact of facts) {
    const id = ACCOUNTS.includes(fact.name) && may('getAccount') ? String(shown[fact.name]) : undefined
    const account = id === undefined ? undefined : await findAccountById(db, id)
    led.push({ ...fact, ...(account && { href: thingHref('accounts', account.id) }) })
  }
  return led
}
