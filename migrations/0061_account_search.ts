/**
 * Columns by which accounts are searched: names in a folded form, and the domain of the address. The release before leaves them
 * empty. A start that is killed here continues at the next one: each step looks first at what is there.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

/** Each statement commits by itself: nobody waits for a million rows. */
export const config = { transaction: false }

const BATCH = 200
const COLUMNS = { name_folded: 100, second_name_folded: 100, email_domain: 255 }
const INDEXES = {
  name_folded: 'accounts_name_index',
  second_name_folded: 'accounts_second_name_index',
  email_domain: 'accounts_domain_index',
}

export async function up(db: Knex): Promise<void> {
  for (const [column, length] of Object.entries(COLUMNS))
    if (!(await db.schema.hasColumn('accounts', column)))
      await db.schema.alterTable('accounts', (table) => {
        const added = table.string(column, length)
        if (!isSqlite(db)) void added.collate('utf8mb4_bin')
      })
  const known = await indexes(db)
  for (const [column, name] of Object.entries(INDEXES))
    if (!known.has(name)) await db.schema.alterTable('accounts', (table) => table.index([column, 'id'], name))
  while ((await fillSome(db)) === BATCH);
}

export async function down(db: Knex): Promise<void> {
  const known = await indexes(db)
  for (const [column, name] of Object.entries(INDEXES)) {
    if (known.has(name))
      await db.schema.alterTable('accounts', (table) => table.dropIndex([column, 'id'], name))
    if (await db.schema.hasColumn('accounts', column))
      await db.schema.alterTable('accounts', (table) => table.dropColumn(column))
  }
}

async function indexes(db: Knex): Promise<Set<string>> {
  const sql = isSqlite(db)
    ? `select name as "index" from sqlite_master where type = 'index' and tbl_name = 'accounts'`
    : `select distinct index_name as \`index\` from information_schema.statistics
       where table_schema = database() and table_name = 'accounts'`
  const answer: unknown = await db.raw(sql)
  const rows = (isSqlite(db) ? answer : (answer as unknown[])[0]) as { index: string }[]
  return new Set(rows.map(({ index }) => index))
}

type Row = {
  id: string
  name: string
  givenName: string | null
  familyName: string | null
  emailCanonical: string
}

/** Rows leave the condition as they are filled. So it needs no place of its own. */
async function fillSome(db: Knex): Promise<number> {
  const rows: Row[] = await db('accounts')
    .whereNull('name_folded')
    .limit(BATCH)
    .select('id', 'name', 'givenName', 'familyName', 'emailCanonical')
  if (rows.length === 0) return 0
  const filled = rows.map((row) => ({ id: row.id, ...columnsOf(row) }))
  const cases = `case id ${'when ? then ? '.repeat(rows.length)}end`
  const each = (value: (row: (typeof filled)[number]) => string | null) =>
    db.raw(
      cases,
      filled.flatMap((row) => [row.id, value(row)]),
    )
  await db('accounts')
    .whereIn(
      'id',
      filled.map(({ id }) => id),
    )
    // A change of the row meanwhile has filled it.
    .whereNull('name_folded')
    .update({
      second_name_folded: each(({ second }) => second),
      email_domain: each(({ domain }) => domain),
      name_folded: each(({ whole }) => whole),
    })
  return rows.length
}

// The rest is as it was when this step was written: a later form gets a step of its own.

function columnsOf({ name, givenName, familyName, emailCanonical }: Row) {
  const whole = fold(name || [givenName, familyName].filter(Boolean).join(' '))
  const others = [fold(familyName ?? ''), fold(givenName ?? ''), whole.slice(whole.lastIndexOf(' ') + 1)]
  const second = others.find((part) => part !== '' && !whole.startsWith(part)) ?? null
  return { whole, second, domain: emailCanonical.slice(emailCanonical.lastIndexOf('@')) }
}

const PLAIN: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ς: 'σ',
  '’': "'",
  ʼ: "'",
  '‑': '-',
}

function fold(name: string): string {
  const letters = name
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[øłđðþæœς’ʼ‑]/gu, (letter) => PLAIN[letter] ?? letter)
    .normalize('NFC')
  const words = letters.split(/\s+/).filter(Boolean).join(' ')
  return Array.from(words).slice(0, 100).join('').trimEnd()
}
