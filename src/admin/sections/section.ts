/**
 * A section of the administration pages: what it lists, what it shows of one thing, and what can be done with it. Each names
 * operations of the JSON API by id. Addresses, fields and permissions come from there.
 */

/** What the API shows: names to JSON values. */
export type Shown = Readonly<Record<string, unknown>>

export type Act = {
  /** The last part of its address, as on the command line: `disable`. */
  verb: string
  /** The operation. */
  id: string
  /** It ends or removes something. */
  danger?: boolean
  /** Its form has a file, so that it is there only while people may upload pictures. */
  file?: true
  /** The fields of the form, where the operation takes more or the order matters. */
  fields?: readonly string[]
  /** Fields that take the name of a thing: the list that has them, and the operation that allows to fill them in. */
  choices?: Readonly<Record<string, { id: string; takes: string }>>
  /** By what is shown, with the parts of the thing by their operations. Absent: always. */
  when?: (shown: Shown) => boolean
}

/** One more parameter of an act on a row: its name, and the field of the row that fills it, such as `upstream.id`. */
export type RowKey = { param: string; field: string }

/** A field that is worth a word where it has this value, or any (`given`). `word` is its name in the catalogue. */
export type Tag = { field: string; is: boolean | 'given'; word: string }

/** More about one thing, from an operation of its own. */
export type Part = {
  id: string
  /** The fields of the answer, or of each row of a list. The first one names the row. */
  fields: readonly string[]
  /** The parameter of a list that takes the thing. The part then shows the first rows, and a link to all. */
  by?: string
  /** The rows lead to pages of another section. */
  link?: { section: string; field: string }
  /** A further page of the linked thing, with the thing that has the part in its query: by `by`. There where the link is. */
  further?: { page: string; id: string; by: string }
  acts?: readonly (Act & { key: RowKey })[]
}

/** To a thing of a section, or to its list narrowed `by` a filter. */
export type RowLink = { section: string; field: string; by?: string }

export type Section = {
  /** In addresses and texts: the API's noun. */
  name: string
  /** The field of a thing that its operations take as a parameter of the same name. */
  key: string
  list: {
    id: string
    /** The first one that has a value names the thing. */
    fields: readonly string[]
    /** What a row says only where it is so. */
    tags?: readonly Tag[]
    searches?: boolean
    /** What the rows can be narrowed by: parameters of the operation. */
    filters?: readonly string[]
    /** Filters that take the name of a thing, by the list that has them. Only who may read that list has the filter. */
    filterChoices?: Readonly<Record<string, string>>
    /** Formats of a file with all rows that it is narrowed to. */
    downloads?: readonly string[]
    /** Where a row leads, of a thing without a page of its own: the first of these with a value. */
    links?: readonly RowLink[]
    /** The operation that reads one row, where the list may not have it, and how many of the fields name it. */
    row?: { id: string; names: number }
    /** Flags of the answer that are worth a sentence. */
    notes?: readonly string[]
    /** More than the list has, from an operation of its own. */
    below?: Pick<Part, 'id' | 'fields'>
  }
  /** Absent: a thing has no page of its own, and the list has what can be done with it. */
  one?: { id: string; titled: readonly string[]; fields: readonly string[]; parts?: readonly Part[] }
  /** Acts without a thing, such as one that creates it. */
  create?: Act
  acts: readonly Act[]
  /** The address of a page that leads through the creation. It comes before the form of `create`. */
  guide?: string
  /** The address here of a picture of a thing. */
  picture?: (shown: Shown) => string | undefined
  /** Further pages about a thing: the last part of the address, and the operation that the page shows. */
  pages?: readonly { page: string; id: string }[]
}

/** The value at a path such as `upstream.label`. */
export function at(shown: Shown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? (value as Shown)[name]
          : undefined,
      shown,
    )
}
