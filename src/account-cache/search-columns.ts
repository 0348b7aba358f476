/**
 * The columns that searches of accounts read beside addresses, user names and ids. They follow from other columns of the same row.
 * A row that a former release inserted has null there, until upkeep fills it.
 */
import { foldName } from '../words/folded-name.ts'

export type SearchedFields = {
  name: string
  givenName: string | null
  familyName: string | null
  emailCanonical: string
}

/** What the columns follow from. */
export const SEARCHED_FIELDS = ['name', 'givenName', 'familyName', 'emailCanonical'] as const

export type SearchColumns = {
  /** The whole name; empty without one. */
  nameFolded: string
  /** Another part of the name that people search by. */
  secondNameFolded: string | null
  /** With its `@`. */
  emailDomain: string
}

export const SEARCH_COLUMNS = ['nameFolded', 'secondNameFolded', 'emailDomain'] as const

export function searchColumns({
  name,
  givenName,
  familyName,
  emailCanonical,
}: SearchedFields): SearchColumns {
  const whole = foldName(name || [givenName, familyName].filter(Boolean).join(' '))
  const lastWord = whole.slice(whole.lastIndexOf(' ') + 1)
  // Where the family name comes first, as in Hungarian, the given name is the other part.
  const others = [foldName(familyName ?? ''), foldName(givenName ?? ''), lastWord]
  return {
    nameFolded: whole,
    secondNameFolded: others.find((part) => part !== '' && !whole.startsWith(part)) ?? null,
    emailDomain: emailCanonical.slice(emailCanonical.lastIndexOf('@')),
  }
}
