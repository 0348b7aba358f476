/** Reads bodies that are small by nature: JSON of the API, and forms of the page. */
import type { Context } from 'koa'
import { Refusal } from '../books/refusal.ts'

const MOST_BYTES = 16 * 1024

/** @throws Refusal 400, 413 or 415 */
export async function readJson(ctx: Context): Promise<unknown> {
  if (!ctx.is('application/json')) throw new Refusal('unsupported_media_type')
  try {
    return JSON.parse(await readText(ctx)) as unknown
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('invalid_request', 'The body is not valid JSON.', { cause: error })
  }
}

/** @throws Refusal 413 or 415 */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  if (!ctx.is('application/x-www-form-urlencoded')) throw new Refusal('unsupported_media_type')
  return new URLSearchParams(await readText(ctx))
}

async function readText(ctx: Context): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Refusal('body_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
