/** Remembers, for ten minutes, which code was mailed for a request of this browser. The sealed cookie alone gives no access. */
import { z } from 'zod'
import { MAILED_CODE_MS } from '../../factors/mailed-codes.ts'
import type { MailedCode } from '../../factors/mailed-codes.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { createSealedEntries } from '../../http/request/sealed-entries.ts'
import type { Services } from '../../services.ts'

export type MailedCodes = {
  /** `of`: the request that the sign-in is for. */
  read: (ctx: AnyContext, of: string) => MailedCode | undefined
  write: (ctx: AnyContext, of: string, code: MailedCode) => void
  clear: (ctx: AnyContext, of: string) => void
}

const COOKIE = {
  name: 'mailed_code',
  context: 'mailed-code',
  schema: z.object({
    of: z.string(),
    id: z.string(),
    purpose: z.enum(['sign_in', 'second_factor']),
    accountId: z.string(),
    login: z.string(),
    codeDigest: z.string(),
    state: z.string(),
    atMs: z.number(),
  }),
  keptMs: MAILED_CODE_MS,
  mostEntries: 2,
} as const

export function createMailedCodes(services: Pick<Services, 'sealer' | 'config'>): MailedCodes {
  const { read, write } = createSealedEntries(services, COOKIE)
  const others = (ctx: AnyContext, of: string) => read(ctx).filter((entry) => entry.of !== of)
  return {
    read: (ctx, of) => read(ctx).find((entry) => entry.of === of),
    write: (ctx, of, code) => write(ctx, [{ ...code, of }, ...others(ctx, of)]),
    clear: (ctx, of) => write(ctx, others(ctx, of)),
  }
}
