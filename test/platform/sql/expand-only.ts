/**
 * What a migration may do while the release before it still runs on the same schema. Reads the SQL that a migration sends, so
 * that no helper hides anything.
 */

export type Broken = { rule: string; sql: string }

const CREATED = /^create table (?:if not exists )?`?(\w+)`?/i
const ALTERED = /^alter table `?(\w+)`? /i
const ADDED = /\badd (?:column )?`(\w+)` (?:[^,(]|\([^)]*\))*/gi
const NARROWING = /^create unique index `?\w+`? on `?(\w+)`? ?\(([^)]*)\)/i
const NARROWED = /\badd (?:unique|constraint|primary key)\b[^(]*\(([^)]*)\)/i
const ONE_ROW = /\bwhere\b.*(?:= \?| in \()/is

/** The first rule that each statement of one migration breaks. */
export function brokenRules(statements: readonly string[]): Broken[] {
  const tables = new Set<string>()
  const columns = new Set<string>()
  return statements.flatMap((sql) => {
    const created = CREATED.exec(sql)?.[1]
    if (created) tables.add(created)
    const table = (ALTERED.exec(sql) ?? NARROWING.exec(sql))?.[1]
    if (table !== undefined && tables.has(table) && !DESTROYS.test(sql)) return []
    for (const [, column = ''] of sql.matchAll(ADDED)) columns.add(`${table}.${column}`)
    const rule = brokenRule(sql, (column) => columns.has(`${table}.${column}`))
    return rule ? [{ rule, sql }] : []
  })
}

const DESTROYS = /^(?:drop|truncate|rename)\b|^alter table .*?\b(?:drop|rename|change)\b/is
const RETYPES = /^alter table .*?\b(?:modify|alter column)\b/is

function brokenRule(sql: string, isNew: (column: string) => boolean): string | undefined {
  if (DESTROYS.test(sql)) return 'drops or renames what the release before reads'
  if (RETYPES.test(sql)) return 'changes the type of a column'
  if (/^delete\b/i.test(sql)) return 'deletes rows'
  if (/^update\b/i.test(sql) && !ONE_ROW.test(sql)) return 'updates a whole table in one step'
  for (const [clause] of sql.matchAll(ADDED))
    if (/\bnot null\b/i.test(clause) && !/\bdefault\b/i.test(clause))
      return 'adds a column that the release before does not fill'
  const narrowed = NARROWING.exec(sql)?.[2] ?? NARROWED.exec(sql)?.[1]
  if (narrowed !== undefined && !namesOf(narrowed).some(isNew))
    return 'refuses rows that the release before may write'
  return undefined
}

function namesOf(list: string): string[] {
  return list.split(',').map((name) => name.replaceAll('`', '').trim())
}
