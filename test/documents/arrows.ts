/** Which room imports which. */
import { COMPOSITION, folderOf, importedFiles, sources } from '../support/source-tree.ts'
import { ROOMS } from './rooms.ts'

export type Arrow = { from: string; to: string }

/** Throws where src/ has a folder without a room, or a room has no folder. */
export function checkRooms(): void {
  const folders = new Set(sources.map(({ file }) => roomOf(file)))
  for (const folder of folders) if (!ROOMS[folder]) throw new Error(`say in rooms.ts what src/${folder} owns`)
  for (const room of Object.keys(ROOMS))
    if (!folders.has(room)) throw new Error(`rooms.ts names src/${room}, which is gone`)
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
