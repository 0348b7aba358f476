/** Reports at start that the installed library is not the version that this server was written for. */
import { createRequire } from 'node:module'

/** The installed version of `oidc-provider`. */
export const LIBRARY_VERSION = versionOf(createRequire(import.meta.url)('oidc-provider/package.json'))

/** Something that this server needs of the library is missing or has another shape. */
export class LibraryMismatch extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      [
        `oidc-provider ${LIBRARY_VERSION} is not the library that this server was written for:`,
        ...problems.map((problem) => `  ${problem}`),
        'The tables in src/provider/library say what each entry is for.',
      ].join('\n'),
    )
    this.name = 'LibraryMismatch'
    this.problems = problems
  }
}

/** @throws LibraryMismatch with all problems, if there are any */
export function refuseProblems(problems: readonly string[]): void {
  if (problems.length > 0) throw new LibraryMismatch(problems)
}

/** Describes a value in the words of the tables: a function by its number of parameters, `list`, or the type. */
export function shapeOf(value: unknown): string {
  if (typeof value === 'function') return `a function of ${value.length}`
  return Array.isArray(value) ? 'a list' : `${typeof value}`
}

function versionOf(metadata: unknown): string {
  return String((metadata as { version?: unknown }).version)
}
