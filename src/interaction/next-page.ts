/**
 * What a form leaves for the page that follows its redirect: a notice, or what was typed and why it was refused. The page
 * shows it once. Reload and back then meet a page that was read, never one that was sent (post, redirect, get).
 */
import { z } from 'zod'
import { cookieName, cookieOf } from '../http/request/cookies.ts'
import { formOf } from '../http/request/request-state.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import type { FormErrors } from '../http/request/validate.ts'
import { HOUR_MS, MINUTE_MS } from '../platform/clock.ts'
import type { Services } from '../services.ts'
import { messageSchema } from '../words/message.ts'
import type { Message } from '../words/message.ts'
import { redirect } from './page.ts'

const texts = z.record(z.string(), z.string())
const said = z.object({
  notice: messageSchema.optional(),
  /** Of a refused form, by field. */
  errors: z.record(z.string(), messageSchema).optional(),
  /** What was typed, without secrets. */
  values: texts.optional(),
  /** What the page is about. It stays for an hour, so that a reload shows the same page. */
  about: texts.optional(),
})
const left = said.extend({
  path: z.string(),
  anywhere: z.boolean().optional(),
  /** The error for pages that are not at `path`. */
  elsewhere: messageSchema.optional(),
  sessionUid: z.string().optional(),
  untilMs: z.number(),
})

type Left = z.infer<typeof left>
export type Said = z.infer<typeof said>

/** The page belongs to this session: no other one shows what was left. */
type Reader = { sessionUid: string }

export type NextPage = {
  /** Redirects to a page of ours, which shows `words` once. A text is a notice. */
  lead: (ctx: AnyContext, href: string, words: string | Said, reader?: Reader) => void
  /**
   * The same without a redirect, for any page of ours that this browser opens next. What was typed is for `path` alone.
   * `elsewhere`: what other pages say instead of the errors.
   */
  leave: (ctx: AnyContext, path: string, words: Said, elsewhere: Message) => void
  /** What was left for this page. Only a GET takes it away. */
  take: (ctx: AnyContext, reader?: Reader) => Said
}

const CONTEXT = 'next-page'
/** Longer than any redirect takes. */
const KEPT_MS = 2 * MINUTE_MS
const ABOUT_MS = HOUR_MS
const LONGEST_CODE = 100
/** Browsers keep no cookie of more than 4,096 characters with its name and attributes (RFC 6265bis §5.6). */
const MAX_LENGTH = 3800

export function createNextPage({
  config: { secure },
  sealer,
  clock,
}: Pick<Services, 'config' | 'sealer' | 'clock'>): NextPage {
  const name = cookieName('notice', secure)
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
  const write = (ctx: AnyContext, { values, ...short }: Left) => {
    const seal = (words: Left) => sealer.seal(JSON.stringify(words), CONTEXT)
    const whole = seal({ ...short, values })
    const value = whole.length > MAX_LENGTH ? seal(short) : whole
    ctx.cookies.set(name, value, { ...options, maxAge: short.untilMs - clock() })
  }
  return {
    lead(ctx, href, words, reader) {
      const said = typeof words === 'string' ? { notice: words } : words
      const path = new URL(href, 'http://localhost').pathname
      const untilMs = clock() + (said.about ? ABOUT_MS : KEPT_MS)
      write(ctx, { ...said, path, sessionUid: reader?.sessionUid, untilMs })
      redirect(ctx, href)
    },
    leave: (ctx, path, words, elsewhere) =>
      write(ctx, { ...words, path, elsewhere, anywhere: true, untilMs: clock() + KEPT_MS }),
    take(ctx, reader) {
      const sealed = cookieOf(ctx, name)
      const opened = sealed === undefined ? undefined : sealer.open(sealed, CONTEXT)
      const { data } = left.safeParse(opened && JSON.parse(opened))
      if (!data) return {}
      const { path, anywhere, elsewhere, sessionUid, untilMs, values, ...others } = data
      const isHere = path === ctx.path
      if (clock() >= untilMs || (!anywhere && (!isHere || sessionUid !== reader?.sessionUid))) return {}
      const words: Said = { ...others, ...(isHere ? values && { values } : instead(elsewhere)) }
      const { about } = words
      if (ctx.method !== 'GET') return words
      if (!about) ctx.cookies.set(name, null, options)
      else if (words.notice || words.errors) write(ctx, { about, path, sessionUid, untilMs })
      return words
    },
  }
}

/**
 * The code of a mail, typed beside something else that was refused, so that nobody types it twice. A refused try uses up no
 * code. A wrong one is not repeated.
 */
export function keptCode(ctx: AnyContext, errors: FormErrors): Record<string, string> {
  const { code = '' } = formOf(ctx)
  return errors['code'] || code === '' || code.length > LONGEST_CODE ? {} : { code }
}

function instead(elsewhere: Message | undefined): Said {
  return elsewhere ? { errors: { '': elsewhere } } : {}
}
