/** Lists come in pages: by the cursor of the page before, or by `skip` where only the first thousands matter. */
import { z } from 'zod'

const LARGEST_PAGE = 200
/** Of a list, by `skip`. */
export const MOST_SKIPPED = 10_000
/**
 * A cursor holds a name in base64url. The longest is the identifier of a resource server: 512 characters of ASCII. Even
 * percent-encoded, a cursor that is refused as too long must fit into a request line.
 */
const LONGEST_CURSOR = 700

export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LARGEST_PAGE)
    .default(50)
    .describe(`How many at most, 1 to ${LARGEST_PAGE}.`),
  cursor: z
    .string()
    .max(LONGEST_CURSOR)
    .optional()
    .describe('`next` of the page before. Leave it out for the first page.'),
  skip: z.coerce
    .number()
    .int()
    .min(0)
    .max(MOST_SKIPPED)
    .optional()
    .describe(`How many to leave out, at most ${MOST_SKIPPED}. For longer lists use cursor.`),
}

export const INVALID_CURSOR = {
  invalid_cursor: { status: 400, when: 'The cursor is not the next of a page before.' },
} as const

/** A page of items; `next` is absent on the last one. A page of an item with the title `Account` is an `AccountPage`. */
export function pageOf<T extends z.ZodType>(item: T) {
  const page = z.object({
    items: z.array(item),
    next: z.string().optional().describe('The cursor of the next page; absent on the last page.'),
  })
  const title = item.meta()?.title
  return title === undefined ? page : page.meta({ title: `${title}Page` })
}
