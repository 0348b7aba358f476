/** A client that does not give up: it waits for a while, and asks again. */
import { expect } from 'chai'
import { userinfo } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import type { Answer } from '../provider/send.ts'
import type { Stage } from '../provider/stage.ts'
import { pause } from '../support/service-process.ts'

const PATIENCE_MS = 3000

/** The answer, unless there was none, or none in time. */
export function patiently(asking: Promise<Answer>): Promise<Answer | undefined> {
  return Promise.race([asking.catch(() => undefined), pause(PATIENCE_MS).then(() => undefined)])
}

/** Asks again, as a client does that got no answer, until there is one. */
export async function retry(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await patiently(ask())
    if (answer && answer.status < 500) return answer
    await pause(50)
  }
}

/** The client stayed signed in, with one family in which one refresh token lives. */
export async function expectOneFamily(
  stage: Stage,
  spa: Party,
  first: string,
  retried: Answer,
): Promise<void> {
  expect(retried.status, retried.text).to.equal(200)
  const { access_token, refresh_token: second } = retried.json() as Tokens
  expect((await retry(() => userinfo(stage, access_token))).status).to.equal(200)
  const again = (await retry(() => spa.refresh(first))).json() as Tokens
  expect(again.refresh_token, 'a further retry').to.equal(second)
  const third = (await retry(() => spa.refresh(second))).json() as Tokens
  expect(third.refresh_token).to.be.a('string').and.not.equal(second)
  // Now the first is used up for good, and ends everything that came of it.
  expect((await retry(() => spa.refresh(first))).json()).to.include({ error: 'invalid_grant' })
  expect((await retry(() => spa.refresh(third.refresh_token))).json()).to.include({ error: 'invalid_grant' })
}

/** The write under test was reported as failed, or got no answer, and no token was issued. */
export function expectFailed(failed: Answer | undefined): void {
  expect(failed?.status ?? 503, failed?.text).to.equal(503)
  expect(failed?.text ?? '').not.to.contain('rt_')
}
