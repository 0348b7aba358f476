/**
 * The port between oidc-provider's short-lived state and its store (Redis or SQL). `provider/records` decides what a
 * record means.
 *
 * Everything is stored under a *tag*: the first 16 characters of the digest of a grant id or session uid. The tag is
 * the Redis hash tag, so a grant, its tokens and their use marks are on one node. They are read in one round trip and
 * change in one atomic step. A token is valid only while its *root* (the grant) exists. Revoking deletes one key and
 * leaves a tombstone, so no index of tokens is needed. Stores hold digests of ids, never ids.
 */

/** `{tag}:kind:digest` for tokens and other records. */
export type RecordKey = string
/** `{tag}:grant` or `{tag}:session`. */
export type RootKey = string

/** The owner of tokens: a grant, or a browser session. */
export type Root = {
  /** Digest of the grant id, or of the session's current cookie value. */
  digest: string
  /** Changes with every write; `putRoot` compares it. */
  version: string
  payload: string
  /** The session's cookie value before a rename, still accepted until `untilMs`. */
  previous?: { digest: string; untilMs: number } | undefined
  /** The session's current cookie value, sealed with the server's key: for a browser that still sends the previous one. */
  sealedId?: string | undefined
}

/** When a store answered, by the store's own clock and by this process's steady one (`performance.now`). */
export type Moment = { storeMs: number; steadyMs: number }

/** That a single-use record was used. */
export type Use = {
  /** By the store's clock, at the moment when the store wrote it down. */
  atMs: number
  /** How long ago that is, by the same clock: the clocks of processes do not matter. */
  ageMs: number
  /** The sealed successor that a rotation handed out, for an idempotent retry. */
  successor?: string | undefined
}

export type TokenState = { payload?: string | undefined; root?: Root | undefined }
export type SingleUse = TokenState & { use?: Use | undefined; at: Moment }

export type Entry = { key: RecordKey; payload: string; expiresAtMs: number }

export type NewUse = {
  key: RecordKey
  /** Random: tells a repeated delivery of the same write from a second use. */
  nonce: string
  successor?: string | undefined
  untilMs: number
  /**
   * From here on a store in memory drops the record, and its mark a little later. A store on disk keeps both until they
   * expire.
   */
  forgettableAtMs?: number | undefined
  /** When the record was read. From this time the store measures how late the commit runs. */
  foundAt: Moment
}

/** Writes that are atomic together. All keys carry the same tag. */
export type Commit = {
  /** Marks this record as used. The whole commit fails if it was used before or is missing. */
  use?: NewUse | undefined
  /** The grant that must exist. */
  root?: RootKey | undefined
  entries: readonly Entry[]
}

export type CommitOutcome =
  | { outcome: 'done' }
  | { outcome: 'used'; use: Use }
  /** The record to be used expired or was removed. */
  | { outcome: 'missing' }
  /** The root does not exist (any more). */
  | { outcome: 'gone' }
  /**
   * The store hung and reached the commit after its caller had given up. Nothing is written: the client got an error
   * and may retry much later.
   */
  | { outcome: 'late' }

export type PutOutcome =
  | { outcome: 'done' }
  | { outcome: 'gone' }
  /** Someone else wrote since `expected` was read. */
  | { outcome: 'conflict'; current: Root }

/** Every operation is atomic, is one round trip, and throws AppError 503 when the store does not answer. */
export type GrantStore = {
  /** Reads a record and, where a key is given, its root. Expired entries are absent. */
  readToken: (key: RecordKey, root?: RootKey) => Promise<TokenState>
  /** The same with the record's use mark, and the moment. */
  readSingleUse: (key: RecordKey, root?: RootKey) => Promise<SingleUse>
  readRoot: (key: RootKey) => Promise<Root | undefined>
  commit: (commit: Commit) => Promise<CommitOutcome>
  /**
   * Writes a root unless it was destroyed. With `expected`, only over that version: an absent root is then `gone`.
   */
  putRoot: (key: RootKey, root: Root, expiresAtMs: number, expected?: string) => Promise<PutOutcome>
  /** Deletes a root and forbids writing it again until `tombstoneUntilMs`. Answers what was there. */
  destroyRoot: (key: RootKey, tombstoneUntilMs: number) => Promise<Root | undefined>
  remove: (key: RecordKey) => Promise<void>
  /** True for exactly one caller per key until it expires (replay detection, RFC 9449 §11.1, RFC 7523 §3). */
  claim: (key: RecordKey, expiresAtMs: number) => Promise<boolean>
}

/** Until when, by the store's clock, a commit that is sent now may be carried out, if its caller waits for `patienceMs`. */
export function notAfter({ storeMs, steadyMs }: Moment, patienceMs: number): number {
  return Math.floor(storeMs + (performance.now() - steadyMs) + patienceMs)
}

export const usedKeyOf = (key: RecordKey): string => `${key}:used`
export const tombstoneOf = (key: RootKey): string => `${key}:gone`

/** Length of `Root.version`: 96 bits in base64url. Stores compare it as the value's prefix. */
export const VERSION_LENGTH = 16

/** A root as one string: version, a line of metadata, the payload (not encoded twice). */
export function encodeRoot({ version, payload, ...metadata }: Root): string {
  return `${version}${JSON.stringify(metadata)}\n${payload}`
}

export function decodeRoot(stored: string): Root {
  const line = stored.indexOf('\n')
  const metadata = JSON.parse(stored.slice(VERSION_LENGTH, line)) as Omit<Root, 'version' | 'payload'>
  return { version: stored.slice(0, VERSION_LENGTH), ...metadata, payload: stored.slice(line + 1) }
}
