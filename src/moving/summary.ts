/** Counts what an import did or would do. Keeps a few examples; all refused lines are in a file. */
import type { HashKind } from '../passwords/scheme.ts'

export type Problem = { line: number; code: string; why: string }

export type Summary = {
  records: number
  /** New accounts; in a dry run, those that would be new. */
  imported: number
  /** Imported before: nothing of them changes. */
  alreadyHere: number
  refused: number
  refusedBy: Record<string, number>
  /** Password hashes of the new accounts, by family. `none`: the owner has to reset the password. */
  hashes: Partial<Record<HashKind | 'none', number>>
  /** Of the new accounts: those with a second factor in the file, and what of it comes along. */
  secondFactors: { accounts: number; carriedOver: number; withRecoveryCodes: number }
  unverified: number
  disabled: number
  /** Groups that the file names: new ones, and those that are here. */
  groups: { imported: number; alreadyHere: number }
  /** How often a new account is in a group. */
  memberships: number
  /** What the file has and this server has no place for, by kind. The accounts themselves are imported. */
  leftOut: Record<string, number>
  examples: Problem[]
}

const EXAMPLES = 20

export function createSummary(): Summary {
  return {
    records: 0,
    imported: 0,
    alreadyHere: 0,
    refused: 0,
    refusedBy: {},
    hashes: {},
    secondFactors: { accounts: 0, carriedOver: 0, withRecoveryCodes: 0 },
    unverified: 0,
    disabled: 0,
    groups: { imported: 0, alreadyHere: 0 },
    memberships: 0,
    leftOut: {},
    examples: [],
  }
}

export function countRefusal(summary: Summary, problem: Problem): void {
  summary.refused += 1
  add(summary.refusedBy, problem.code)
  if (summary.examples.length < EXAMPLES) summary.examples.push(problem)
}

export function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
