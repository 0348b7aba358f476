/** Lists of the JSON API that a command shows as one, however many pages they take. */
import { z } from 'zod'
import type { OperationId } from './api-operations.ts'
import type { Api, Called } from './api.ts'

const LARGEST_PAGE = 200

type Wanted = Pick<Called, 'query'> & {
  /** All by default. */
  most?: number
  /** The `next` of a list before. */
  after?: string | undefined
  /** A short page ends the list, with its `next`: the server read much to find little. */
  endsAtShortPage?: boolean
}

/** `next`: where more follows. */
export async function itemsOf<Item extends z.ZodType>(
  api: Api,
  id: OperationId,
  item: Item,
  { query = {}, most = Infinity, after, endsAtShortPage = false }: Wanted = {},
): Promise<{ items: z.output<Item>[]; next: string | undefined }> {
  const page = z.object({ items: z.array(item), next: z.string().optional() })
  const items: z.output<Item>[] = []
  const { skip, ...rest } = query
  let cursor = after
  do {
    const limit = Math.min(most - items.length, LARGEST_PAGE)
    // A cursor already leaves out what was skipped.
    const from = cursor === undefined ? { skip } : { cursor }
    const found = await api.call(id, page, { query: { ...rest, ...from, limit } })
    items.push(...found.items)
    cursor = found.next
    if (endsAtShortPage && found.items.length < limit) break
  } while (cursor !== undefined && items.length < most)
  return { items, next: cursor }
}
