/** How the server says at its start that the installed library is not the one that it was written for. */
import { createRequire } from 'node:module'

/** The installed version of `oidc-provider`. */
export const LIBRARY_VERSION = versionOf(createRequire(import.meta.url)('oidc-provider/package.json'))

/** Something of the library that this server relies on is gone or has another shape. */
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

/** @throws LibraryMismatch with all problems, when there is one */
export function refuseProblems(problems: readonly string[]): void {
  if (problems.length > 0) throw new LibraryMismatch(problems)
}

/** What is there in the words of the tables: a function by the number of its parameters, `list`, or the type. */
export function shapeOf(value: unknown): string {
  if (typeof value === 'function') return `a function of ${value.length}`
  return Array.isArray(value) ? 'a list' : `${typeof value}`
}

function versionOf(metadata: unknown): string {
  return String((metadata as { version?: unknown }).version)
}
