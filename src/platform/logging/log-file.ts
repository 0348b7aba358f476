/**
 * Log lines appended to one file a day, `<prefix>-YYYY-MM-DD.log`, by any number of processes. A full file is followed
 * by `….1.log`, `….2.log`. Old files are deleted. No file is renamed, so processes need not coordinate.
 */
import { fstatSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import type { DestinationStream } from 'pino'
import { DAY_MS, SECOND_MS } from '../clock.ts'
import type { Clock } from '../clock.ts'

export type LogFiles = {
  dir: string
  prefix: string
  clock: Clock
  /** 0600, or 0640 where a group of collectors reads along. */
  fileMode: number
  limits: LogLimits
}

export type LogLimits = {
  /**
   * A file of this size, in bytes, is followed by another. A process may write `LOOK_AFTER_BYTES` more before it
   * checks.
   */
  maxFileBytes: number
  /** Files of days further back are deleted. */
  keepDays: number
  /** All files together; the oldest are deleted first. */
  maxTotalBytes: number
}

type Target = { day: string; path: string; ino: number; stream: ReturnType<typeof pino.destination> }

/** A process checks its file after this many bytes or milliseconds: the file may be full, moved or deleted. */
export const LOOK_AFTER_BYTES = 64 * 1024
const LOOK_AFTER_MS = SECOND_MS

/** Throws at once when the folder cannot be written. Lines are written synchronously, so that a crash loses none. */
export function createLogFile(files: LogFiles): DestinationStream {
  mkdirSync(files.dir, { recursive: true, mode: files.fileMode === 0o600 ? 0o700 : 0o750 })
  let target = open(files)
  let unlooked = 0
  let lookedAtMs = files.clock()
  const isDue = (nowMs: number) =>
    unlooked >= LOOK_AFTER_BYTES || Math.abs(nowMs - lookedAtMs) >= LOOK_AFTER_MS
  return {
    write(line) {
      const nowMs = files.clock()
      if (isDue(nowMs) || dayOf(nowMs) !== target.day) {
        if (dayOf(nowMs) !== target.day || isOver(target, files.limits)) {
          target.stream.end()
          target = open(files)
        }
        unlooked = 0
        lookedAtMs = nowMs
      }
      target.stream.write(line)
      unlooked += line.length
    },
  }
}

/** The first file of today with room. Deletes old files first. */
function open(files: LogFiles): Target {
  const { dir, prefix, clock, fileMode, limits } = files
  const day = dayOf(clock())
  for (let part = 0; ; part += 1) {
    const path = join(dir, `${prefix}-${day}${part === 0 ? '' : `.${part}`}.log`)
    if ((sizeOf(path) ?? 0) >= limits.maxFileBytes) continue
    const fd = openSync(path, 'a', fileMode)
    deleteOld(files, path)
    return { day, path, ino: fstatSync(fd).ino, stream: pino.destination({ fd, sync: true }) }
  }
}

/** True for a file that is full, was deleted by another process, or was moved by a tool that rotates logs. */
function isOver({ path, ino }: Target, { maxFileBytes }: LogLimits): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined || found.ino !== ino || found.size >= maxFileBytes
}

function deleteOld({ dir, prefix, clock, limits }: LogFiles, current: string): void {
  const oldestDay = dayOf(clock() - limits.keepDays * DAY_MS)
  // The current file may become full.
  let left = limits.maxTotalBytes - limits.maxFileBytes
  for (const { path, day } of ownFiles(dir, prefix)) {
    if (path === current) continue
    left -= sizeOf(path) ?? 0
    if (day < oldestDay || left < 0) rmSync(path, { force: true })
  }
}

/** Newest first. Files of other names in the folder are not ours to delete. */
function ownFiles(dir: string, prefix: string): { path: string; day: string; part: number }[] {
  const files = readdirSync(dir).flatMap((name) => {
    if (!name.startsWith(`${prefix}-`)) return []
    const [, day, part] = /^(\d{4}-\d\d-\d\d)(?:\.(\d{1,9}))?\.log$/.exec(name.slice(prefix.length + 1)) ?? []
    return day === undefined ? [] : [{ path: join(dir, name), day, part: Number(part ?? 0) }]
  })
  return files.toSorted((a, b) => b.day.localeCompare(a.day) || b.part - a.part)
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}
