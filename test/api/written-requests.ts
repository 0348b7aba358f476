/**
 * The requests of a document and their answers, sent word for word. A block `http` with a method is a request; the next block
 * `http` is its answer. `$NAME` in a request is a variable. In an answer `"$NAME"` keeps the value, and `"…"` fits any text or number.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { basic } from '../provider/send.ts'
import type { Answer } from '../provider/send.ts'
import type { Stage } from '../provider/stage.ts'

type Message = { first: string; headers: [name: string, value: string][]; body: string }
type Exchange = { heading: string; request: Message; answer: Message }
export type Variables = Record<string, string | (() => Promise<string> | string)>

const HOME = join(import.meta.dirname, '../..')
const ANY = '…'

/** A test for each of the requests, which are more than `moreThan`. They run in the order of the document. */
export function itAnswersAsWritten(
  document: string,
  moreThan: number,
  stage: () => Stage,
  variables: Variables,
): void {
  const exchanges = exchangesOf(document)
  it('are there', () => expect(exchanges.length).to.be.greaterThan(moreThan))
  for (const [index, exchange] of exchanges.entries())
    it(`${index + 1}: ${exchange.heading}: ${exchange.request.first} is answered as written`, () =>
      run(stage(), exchange, variables))
}

/** What follows `Authorization: Basic ` in the requests of this client. */
export function basicOf({ clientId, secret }: { clientId: string; secret: string }): string {
  return (basic(clientId, secret)['authorization'] ?? '').replace('Basic ', '')
}

/** In the order of the document. */
function exchangesOf(file: string): Exchange[] {
  const text = readFileSync(join(HOME, file), 'utf8')
  const found: Exchange[] = []
  let heading = ''
  let request: Message | undefined
  for (const [, title, block] of text.matchAll(/^#+ (.+)$|^```http\n([\s\S]*?)\n```$/gm)) {
    if (title !== undefined) heading = title
    if (block === undefined) continue
    const message = messageOf(block)
    const isAnswer = message.first.startsWith('HTTP/')
    if (isAnswer !== (request !== undefined))
      throw new Error(`${file}, ${heading}: no pair at ${message.first}`)
    if (request) found.push({ heading, request, answer: message })
    request = isAnswer ? undefined : message
  }
  if (request) throw new Error(`${file}: no answer to ${request.first}`)
  return found
}

/** Sends the request and compares the answer. Variables that the answer names are added. */
async function run(stage: Stage, { request, answer }: Exchange, variables: Variables): Promise<void> {
  const [method = '', to = ''] = (await filled(request.first, stage, variables)).split(' ')
  const headers = await Promise.all(
    request.headers.map(async ([name, value]) => [name, await filled(value, stage, variables)]),
  )
  const body = await filled(request.body, stage, variables)
  const got = await stage.send({
    method,
    to,
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(body !== '' && { body }),
  })
  compare(got, answer, variables, request.first)
}

function compare(got: Answer, { first, headers, body }: Message, variables: Variables, what: string): void {
  expect(got.status, `${what}: ${got.text}`).to.equal(Number(first.split(' ')[1]))
  for (const [name, value] of headers)
    fit(got.headers[name.toLowerCase()], value, variables, `${what}: ${name}`)
  if (body === '') expect(got.text, what).to.equal('')
  else fit(got.json(), JSON.parse(body), variables, what)
}

function fit(got: unknown, written: unknown, variables: Variables, where: string): void {
  if (typeof written === 'string') {
    const name = /^\$([A-Z_]+)$/.exec(written)?.[1]
    if (name !== undefined) variables[name] = String(got)
    if (name !== undefined || written === ANY)
      return void expect(typeof got, where).to.match(/^(string|number)$/)
  }
  if (typeof written !== 'object' || written === null) return void expect(got, where).to.equal(written)
  expect(Object.keys(Object(got)), where).to.have.members(Object.keys(written))
  for (const [key, value] of Object.entries(written))
    fit((got as Record<string, unknown>)[key], value, variables, `${where}: ${key}`)
}

async function filled(text: string, { issuer }: Stage, variables: Variables): Promise<string> {
  let result = text.replaceAll('http://localhost:8700', issuer)
  for (const [whole, name = ''] of text.matchAll(/\$([A-Z_]+)/g)) {
    const value = variables[name]
    if (value === undefined) throw new Error(`the document names ${whole}, which is not there yet`)
    result = result.replaceAll(whole, typeof value === 'string' ? value : await value())
  }
  return result
}

function messageOf(block: string): Message {
  const [head = '', body = ''] = block.split(/\n\n([\s\S]*)/)
  const [first = '', ...lines] = head.split('\n')
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(':')
    return [line.slice(0, at), line.slice(at + 1).trim()]
  })
  return { first, headers, body: body.trim() }
}
