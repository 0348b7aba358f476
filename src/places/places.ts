/**
 * Where an address is, for the person who reads about a sign-in: the name of a network of the organisation, or city and country
 * from a database on this machine. No address leaves the server. Owns no decision: places are shown, and never checked.
 */
import type { Clock } from '../platform/clock.ts'
import { inRanges } from '../platform/network/ip-address.ts'
import type { NamedNetwork } from '../settings/places/place-settings.ts'
import { LANGUAGES } from '../words/catalogue.ts'
import { createPlaceDatabase } from './place-database.ts'
import type { PlaceDatabase, PlaceRecord } from './place-database.ts'

/** A place in every language of the pages, by its tag; `en` is always there. */
export type Place = Readonly<Record<string, string>>

export type Places = {
  /** Nothing for an address that nobody named. */
  of: (ip: string | null | undefined) => Place | undefined
}

type Sources = { namedNetworks: readonly NamedNetwork[]; placeDatabase: string | undefined }

export function createPlaces(
  { namedNetworks, placeDatabase: file }: Sources,
  needs: { clock: Clock; onUnreadable: (error: unknown) => void },
): Places & Pick<PlaceDatabase, 'opened'> {
  const networks = namedNetworks.map(({ name, range }) => ({ name, holds: inRanges([range]) }))
  const database = file === undefined ? undefined : createPlaceDatabase(file, needs)
  return {
    of(ip) {
      if (!ip) return undefined
      const network = networks.find(({ holds }) => holds(ip))
      if (network) return everywhere(() => network.name)
      const record = database?.find(ip)
      return record && inWords(record)
    },
    opened: database?.opened ?? Promise.resolve(),
  }
}

function inWords({ city, country }: PlaceRecord): Place | undefined {
  const place = everywhere((language) =>
    [city, country].flatMap((part) => part?.names?.[language] ?? part?.names?.['en'] ?? []).join(', '),
  )
  return place['en'] ? place : undefined
}

function everywhere(nameIn: (language: string) => string): Place {
  return Object.fromEntries(Object.keys(LANGUAGES).map((language) => [language, nameIn(language)]))
}
