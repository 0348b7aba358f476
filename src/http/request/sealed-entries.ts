/** A sealed cookie with the few latest entries of a browser, such as one for each open request. It alone gives no access. */
import { z } from 'zod'
import type { Sealer } from '../../platform/tokens.ts'
import { cookieName, cookieOf } from './cookies.ts'
import type { CookiePurpose } from './cookies.ts'
import type { AnyContext } from './request-state.ts'

/** `context` binds what is sealed to its purpose. `keptMs`: how long the browser keeps the cookie after a write. */
type Shape<T> = {
  name: CookiePurpose
  context: string
  path?: string
  schema: z.ZodType<T>
  keptMs: number
  mostEntries: number
}

export type SealedEntries<T> = {
  /** The latest first. Empty where the cookie is missing, or of an earlier version. */
  read: (ctx: AnyContext) => T[]
  /** Keeps as many of the first as fit. */
  write: (ctx: AnyContext, entries: readonly T[]) => void
}

/** Browsers keep no cookie of more than 4,096 characters with its name and attributes (RFC 6265bis §5.6). */
const MAX_LENGTH = 3800

export function createSealedEntries<T>(
  { sealer, config: { secure } }: { sealer: Pick<Sealer, 'seal' | 'open'>; config: { secure: boolean } },
  { name: baseName, context, path = '/', schema, keptMs, mostEntries }: Shape<T>,
): SealedEntries<T> {
  const name = cookieName(baseName, secure)
  const list = z.array(schema)
  const options = { httpOnly: true, sameSite: 'lax', secure, path, signed: false } as const
  const write = (ctx: AnyContext, entries: readonly T[]): void => {
    if (entries.length === 0) return void ctx.cookies.set(name, null, options)
    const value = sealer.seal(JSON.stringify(entries), context)
    if (value.length > MAX_LENGTH && entries.length > 1) return write(ctx, entries.slice(0, -1))
    ctx.cookies.set(name, value, { ...options, maxAge: keptMs })
  }
  return {
    read(ctx) {
      const sealed = cookieOf(ctx, name)
      const opened = sealed === undefined ? undefined : sealer.open(sealed, context)
      return list.safeParse(opened && JSON.parse(opened)).data ?? []
    },
    write: (ctx, entries) => write(ctx, entries.slice(0, mostEntries)),
  }
}
