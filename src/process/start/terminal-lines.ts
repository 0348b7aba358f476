/**
 * What a developer sees in the terminal: one line for each refusal, fault and mail, made of the lines of the log. With
 * `--verbose` there is one for each line of the log.
 */
import { styleText } from 'node:util'
import type { DestinationStream } from 'pino'
import { z } from 'zod'
import type { Config } from '../../settings/config.ts'
import { isLoopback } from '../../settings/kinds/setting-kinds.ts'

export type Terminal = {
  write: (text: string) => unknown
  isTTY: boolean
  /** Without colours where the person asked for none (NO_COLOR). */
  isColourful: boolean
}

const entrySchema = z.looseObject({
  time: z.string(),
  level: z.string(),
  msg: z.string().default(''),
  errorId: z.string().optional(),
  err: z.looseObject({ type: z.string().optional(), message: z.string().optional() }).optional(),
})
type Entry = z.infer<typeof entrySchema>

type Line = { word: string; colour: 'yellow' | 'red' | 'cyan' | 'gray'; says: unknown[] }

/** Nothing where the log itself goes to the terminal, or nobody develops here: a public server logs JSON alone. */
export function terminalLines(
  { issuer, mail }: Pick<Config, 'issuer' | 'mail'>,
  { isTTY, isColourful, write }: Terminal,
  isVerbose: boolean,
): DestinationStream | undefined {
  if (!isLoopback(issuer) || !(isTTY || isVerbose)) return undefined
  const mailbox = mail.mailbox === 'none' ? '' : `${issuer}/mailbox`
  let latest: string | undefined
  return {
    write(text) {
      const { data: entry } = entrySchema.safeParse(JSON.parse(text))
      if (!entry) return
      // The protocol and the page may both log one refusal.
      const isRepeated = entry.errorId !== undefined && entry.errorId === latest
      latest = entry.errorId ?? latest
      const line =
        (isRepeated ? undefined : shownLine(entry, mailbox)) ?? (isVerbose ? anyLine(entry) : undefined)
      if (line) write(`${textOf(entry, line, isColourful)}\n`)
    },
  }
}

function shownLine(entry: Entry, mailbox: string): Line | undefined {
  const { msg, level, topic, err, errorId } = entry
  if (msg === 'oidc.refused') {
    const { refusal, reason, detail, setting } = entry
    const says = [entry['event'] ?? entry['route'], refusal, reason, detail, setting, errorId]
    return { word: 'refused', colour: 'yellow', says }
  }
  if (msg === 'http.refused') {
    const says = [entry['status'], entry['method'], entry['path'], entry['errorCode'], err?.message, errorId]
    return { word: 'refused', colour: 'yellow', says }
  }
  if (topic === 'mail' && msg === 'outbox.delivered')
    return { word: 'mail', colour: 'cyan', says: [mailbox || 'sent'] }
  if (topic === 'mail') return { word: 'mail', colour: 'red', says: [msg, entry['reason']] }
  if (level !== 'error' && level !== 'fatal') return undefined
  const says = [
    entry['status'],
    entry['method'],
    entry['path'] ?? entry['route'],
    msg,
    err?.type,
    err?.message,
    errorId,
  ]
  return { word: 'failed', colour: 'red', says }
}

const HEAD = new Set(['time', 'level', 'msg', 'name', 'pid'])

function anyLine(entry: Entry): Line {
  const facts = Object.entries(entry).filter(([key, value]) => !HEAD.has(key) && value !== undefined)
  const said = facts.map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return { word: entry.level, colour: 'gray', says: [entry.msg, ...said] }
}

function textOf({ time }: Entry, { word, colour, says }: Line, isColourful: boolean): string {
  const head = word.padEnd(7)
  const coloured = isColourful ? styleText(colour, head, { validateStream: false }) : head
  const words = says.filter((one) => one !== undefined && one !== '').map((one) => String(one))
  return `${time.slice(11, 19)}  ${coloured}  ${plain(words.join('  '))}`
}

// Part of it may come from a request: it must not move the cursor.
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}
