/** Remembers, for ten minutes, which code was mailed for a request of this browser. The sealed cookie alone gives no access. */
import { z } from 'zod'
import { MAILED_CODE_MS } from '../../factors/mailed-codes.ts'
import type { MailedCode } from '../../factors/mailed-codes.ts'
import { cookieName, cookieOf } from '../../http/request/cookies.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Services } from '../../services.ts'

export type MailedCodes = {
  /** `of`: the request that the sign-in is for. */
  read: (ctx: AnyContext, of: string) => MailedCode | undefined
  write: (ctx: AnyContext, of: string, code: MailedCode) => void
  clear: (ctx: AnyContext, of: string) => void
}

const MOST_ENTRIES = 2
const CONTEXT = 'mailed-code'

const entries = z.array(
  z.object({
    of: z.string(),
    id: z.string(),
    purpose: z.enum(['sign_in', 'second_factor']),
    accountId: z.string(),
    login: z.string(),
    codeDigest: z.string(),
    state: z.string(),
    atMs: z.number(),
  }),
)
type Entry = z.infer<typeof entries>[number]

export function createMailedCodes({ sealer, config }: Pick<Services, 'sealer' | 'config'>): MailedCodes {
  const { secure } = config
  const name = cookieName('mailed_code', secure)
  const read = (ctx: AnyContext): Entry[] => {
    const sealed = cookieOf(ctx, name)
    const opened = sealed ? sealer.open(sealed, CONTEXT) : undefined
    return opened === undefined ? [] : entries.parse(JSON.parse(opened))
  }
  const write = (ctx: AnyContext, kept: Entry[]): void => {
    const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
    const value = kept.length > 0 ? sealer.seal(JSON.stringify(kept), CONTEXT) : null
    ctx.cookies.set(name, value, { ...options, ...(value && { maxAge: MAILED_CODE_MS }) })
  }
  const others = (ctx: AnyContext, of: string) => read(ctx).filter((entry) => entry.of !== of)
  return {
    read: (ctx, of) => read(ctx).find((entry) => entry.of === of),
    write: (ctx, of, code) => write(ctx, [{ ...code, of }, ...others(ctx, of)].slice(0, MOST_ENTRIES)),
    clear: (ctx, of) => write(ctx, others(ctx, of)),
  }
}
