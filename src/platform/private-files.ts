/** Files that hold secrets. Only the account that runs the server may read them, for any umask and any creator. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The mode bits that let others read, write or enter. */
const OTHERS = 0o077
const STICKY_FOR_ALL = 0o1002

/** Modes in octal. */
export type Tightened = { path: string; from: string; to: string }

/** The folder is shared on purpose, like /tmp, or its permissions cannot be changed. */
export class NotPrivate extends Error {
  readonly path: string

  constructor(path: string, reason: string, options?: { cause: unknown }) {
    super(reason, options)
    this.name = 'NotPrivate'
    this.path = path
  }
}

/**
 * Makes the folder (0700) if it is missing. Removes the rights of others to the folder, and to its files that
 * `isSecret` names. Answers what it changed.
 * @throws NotPrivate
 */
export function keepPrivate(dir: string, isSecret: (name: string) => boolean): Tightened[] {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if ((statSync(dir).mode & STICKY_FOR_ALL) === STICKY_FOR_ALL)
    throw new NotPrivate(dir, 'everybody on this machine may write there')
  const files = readdirSync(dir).filter(isSecret)
  return [dir, ...files.map((name) => join(dir, name))].flatMap(tighten)
}

/** Makes an empty file (0600) if there is none, before a library makes one that others can read. */
export function makePrivate(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
}

function tighten(path: string): Tightened[] {
  const { mode } = statSync(path)
  if ((mode & OTHERS) === 0) return []
  const wanted = mode & 0o700
  try {
    chmodSync(path, wanted)
  } catch (cause) {
    throw new NotPrivate(path, `others may read it (${octal(mode)}), and it belongs to another user`, {
      cause,
    })
  }
  if ((statSync(path).mode & OTHERS) !== 0)
    throw new NotPrivate(path, `others may read it (${octal(mode)}), and its file system keeps no rights`)
  return [{ path, from: octal(mode), to: octal(wanted) }]
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}
