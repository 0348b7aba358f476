/** What the answer to a refused request says, and what every such answer has in any form. */
import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { formsOf } from '../../support/visitor.ts'
import type { Visited } from '../../support/visitor.ts'
import { callbackOf } from '../relying-party.ts'
import type { Answer } from '../send.ts'
import { until } from '../stage.ts'
import type { Stage } from '../stage.ts'

/** A mistake: what its developer did, the answer to it, and the error and words that tell what to change. */
export type Mistake<T = Answer> = [
  mistake: string,
  make: () => Promise<T>,
  status: number,
  error: string,
  words: RegExp,
]

/** RFC 6749 §5.2. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/
/** Library and language words that would not help anybody. */
const INTERNALS = /undefined|\[object|TypeError|oidc-provider|\bat \/|node:|JWKSNoMatchingKey|oops/

type Line = Record<string, unknown>

/** The line about a refusal, which the log has under the id of the answer. */
export async function lineOf(stage: Stage, answer: Answer | Visited): Promise<Line> {
  const { headers } = answer
  const id = String(headers instanceof Headers ? headers.get('x-request-id') : headers['x-request-id'])
  const lines = () =>
    stage
      .log()
      .split('\n')
      .filter((line) => line.includes(id) && /"(oidc|http)\.refused"/.test(line))
      .map((line) => JSON.parse(line) as Line)
  await until(() => lines().length > 0, `a refusal is logged under ${id}: ${answer.text}`)
  return lines().find(({ msg }) => msg === 'oidc.refused') ?? lines()[0]!
}

/** Error and description, of an answer to a program. */
export async function toldProgram(stage: Stage, answer: Answer): Promise<Told> {
  expect(answer.headers['content-type'], answer.text).to.match(/^application\/json/)
  expect(answer.headers['cache-control'], 'RFC 6749 §5.1').to.equal('no-store')
  const told = answer.json() as Told
  const challenge = answer.headers['www-authenticate']
  if (challenge?.includes('error=')) {
    expect(challenge).to.contain(`error="${told.error}"`)
    expect(challenge).to.contain(`error_description="${told.error_description}"`)
  }
  return await checked(stage, answer, told)
}

/** Error and description, of an answer that the browser carries to the app in one of the response modes. */
export async function toldApp(stage: Stage, answer: Visited): Promise<Told> {
  const carried = answer.headers.has('location') ? callbackOf(answer) : fieldsOf(answer)
  const told = (carried['response'] ? decodeJwt(carried['response']) : carried) as Told
  expect(told.iss, 'RFC 9207').to.equal(stage.issuer)
  return await checked(stage, answer, told)
}

type Told = { error: string; error_description: string; iss?: string }

async function checked(stage: Stage, answer: Answer | Visited, told: Told): Promise<Told> {
  expect(told.error_description, JSON.stringify(told)).to.match(DESCRIPTION).and.not.match(INTERNALS)
  const line = await lineOf(stage, answer)
  if (line['msg'] === 'oidc.refused')
    expect(line).to.include({ refusal: told.error, reason: told.error_description })
  return told
}

function fieldsOf({ text }: Visited): Record<string, string> {
  const [, message] = /var data = (\{.*\});/.exec(text) ?? []
  if (message) return (JSON.parse(message) as { response: Record<string, string> }).response
  return formsOf(text)[0]?.hidden ?? {}
}

/** Makes each mistake and compares the answer. */
export function tell(mistakes: Mistake[], stageOf: () => Stage): void {
  for (const [mistake, make, status, error, words] of mistakes)
    it(`${mistake}: ${error}`, async () => {
      const answer = await make()
      expect(answer.status, answer.text).to.equal(status)
      const told = await toldProgram(stageOf(), answer)
      expect(told.error).to.equal(error)
      expect(told.error_description).to.match(words)
    })
}
