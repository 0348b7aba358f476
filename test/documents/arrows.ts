/** Which room imports which. */
import { COMPOSITION, folderOf, importedFiles, sources } from '../support/source-tree.ts'
import { INSIDE_PROVIDER } from './provider-rooms.ts'
import { ROOMS } from './rooms.ts'

export type Arrow = { from: string; to: string }

/** Throws where a folder of src/ is not described in rooms.ts, or a described one is gone. */
export function checkRooms(): void {
  compare(ROOMS, new Set(sources.map(({ file }) => roomOf(file))))
  const inside = sources.flatMap(({ file }) => /^provider\/([^/]+)\//.exec(file)?.[1] ?? [])
  compare(INSIDE_PROVIDER, new Set(inside))
}

function compare(described: object, folders: Set<string>): void {
  for (const folder of folders)
    if (!(folder in described)) throw new Error(`say in rooms.ts what ${folder} owns`)
  for (const name of Object.keys(described))
    if (!folders.has(name)) throw new Error(`rooms.ts describes ${name}, which is gone`)
}

/** Imports between rooms. An import that follows from others (a → c, where a → b → c) is left out. */
export function arrows(): Arrow[] {
  const below = new Map<string, Set<string>>()
  for (const source of sources)
    for (const file of importedFiles(source)) {
      const [from, to] = [roomOf(source.file), roomOf(file)]
      if (from !== to) below.set(from, (below.get(from) ?? new Set()).add(to))
    }
  return Object.keys(ROOMS).flatMap((from) =>
    Object.keys(ROOMS)
      .filter((to) => below.get(from)?.has(to) && !isImplied(below, from, to))
      .map((to) => ({ from, to })),
  )
}

function roomOf(file: string): string {
  const [room = COMPOSITION] = folderOf(file).split('/')
  return room
}

function isImplied(below: Map<string, Set<string>>, from: string, to: string): boolean {
  const seen = new Set<string>()
  const waiting = [...(below.get(from) ?? [])].filter((one) => one !== to)
  for (let room = waiting.pop(); room !== undefined; room = waiting.pop()) {
    if (room === to) return true
    if (seen.has(room) || room === from) continue
    seen.add(room)
    waiting.push(...(below.get(room) ?? []))
  }
  return false
}
