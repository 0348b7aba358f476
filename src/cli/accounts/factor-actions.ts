/** What the commands about second factors do. */
import type { Api } from '../../command-line/api.ts'
import type { Run } from '../../command-line/command.ts'
import { namedIn } from '../../command-line/named.ts'
import { factorList, factorsKept, factorsReset } from './account-answers.ts'
import type { FactorFields } from './account-answers.ts'
import { factorFields } from './answered-account.ts'

export const factors: Run = async (input, api) => {
  const found = await namedIn(input, api)
  return factorList(found, await factorsOf(api, found.id))
}

export const resetFactors: Run = async (input, api) => {
  const found = await namedIn(input, api)
  const hadOne = hasSecond(await factorsOf(api, found.id))
  const now = input.flag('now')
  await api.send(now ? 'resetAccountFactorsNow' : 'resetAccountFactors', of(found.id))
  if (now) return factorsReset(found, { removed: hadOne, dueAt: null })
  const { reset } = await factorsOf(api, found.id)
  return factorsReset(found, { removed: false, dueAt: reset?.due_at ?? null })
}

export const keepFactors: Run = async (input, api) => {
  const found = await namedIn(input, api)
  const { reset } = await factorsOf(api, found.id)
  await api.send('keepAccountFactors', of(found.id))
  return factorsKept(found, reset !== null)
}

function of(id: string) {
  return { params: { id } }
}

export function factorsOf(api: Api, id: string) {
  return api.call('getAccountFactors', factorFields, of(id))
}

export function hasSecond({ totp, passkeys }: Pick<FactorFields, 'totp' | 'passkeys'>): boolean {
  return totp !== null || passkeys.length > 0
}
