/** Files that hold secrets: for the account that runs the server alone, whatever the umask says and whoever made them. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Read, written or entered by others than the owner. */
const OTHERS = 0o077
const STICKY_FOR_ALL = 0o1002

/** Modes in octal. */
export type Tightened = { path: string; from: string; to: string }

/** The folder is shared with others by intent (as /tmp is), or the rights cannot be taken from them. */
export class NotPrivate extends Error {
  readonly path: string

  constructor(path: string, reason: string, options?: { cause: unknown }) {
    super(reason, options)
    this.name = 'NotPrivate'
    this.path = path
  }
}

/**
 * Makes the folder (0700) where it is missing, takes from others what rights they have to it and to those of its files that
 * `isSecret` names, and answers what was changed. Throws `NotPrivate`.
 */
export function keepPrivate(dir: string, isSecret: (name: string) => boolean): Tightened[] {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if ((statSync(dir).mode & STICKY_FOR_ALL) === STICKY_FOR_ALL)
    throw new NotPrivate(dir, 'everybody on this machine may write there')
  const files = readdirSync(dir).filter(isSecret)
  return [dir, ...files.map((name) => join(dir, name))].flatMap(tighten)
}

/** Makes an empty file (0600) where none is, before a library makes one that others can read. */
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
