/** What a webhook may be made of, wherever it is typed. */
import { unknownTypes } from '../../events/event-filter.ts'
import { EVENT_TYPES } from '../../events/event-types.ts'
import type { Config } from '../../settings/config.ts'
import { isLoopback } from '../../settings/kinds/setting-kinds.ts'

export const MAX_URL = 2048
export const MAX_DESCRIPTION = 255

/** The address in its normal form; undefined where no events may be posted there. Http only on loopback. */
export function addressIn(given: string, { allowLoopback }: Config['guard']): string | undefined {
  const url = URL.parse(given)
  const isLocal = url?.protocol === 'http:' && allowLoopback && isLoopback(given)
  if (!url || (url.protocol !== 'https:' && !isLocal)) return undefined
  if (url.username || url.password || url.hash || url.href.length > MAX_URL) return undefined
  return url.href
}

/** The first that is neither a type of event nor a group such as `account.*`. */
export function unknownType(types: readonly string[]): string | undefined {
  return unknownTypes([...types], Object.keys(EVENT_TYPES))[0]
}
