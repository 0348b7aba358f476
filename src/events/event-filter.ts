/** Which events a receiver gets: names of types, and groups such as `account.*`. An empty list is all of them. */

export function wantsType(filter: readonly string[], type: string): boolean {
  return filter.length === 0 || filter.some((one) => matches(one, type))
}

/** The entries that name no type of the catalogue. */
export function unknownTypes(filter: readonly string[], types: readonly string[]): string[] {
  return filter.filter((one) => !types.some((type) => matches(one, type)))
}

function matches(one: string, type: string): boolean {
  return one === type || (one.endsWith('.*') && type.startsWith(one.slice(0, -1)))
}
