/** All that is kept about the person, as the page offers it for download. */
import { z } from 'zod'
import { exportPersonalData } from '../../accounts/life/personal-data.ts'
import { takeDataExport } from '../../attempts/account-limits.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { HOUR_MS, SECOND_MS } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'
import { assertProven, proof, PROOF_PROBLEMS, RECENT_SIGN_IN_SECONDS } from './proof.ts'

const personalData = z
  .object({
    exported_at: z.iso.datetime(),
    group_names: z.array(z.string()),
  })
  .catchall(z.array(z.record(z.string(), z.unknown())).describe('The rows of a table.'))
  .meta({ title: 'PersonalData' })

const RETRY_SECONDS = HOUR_MS / SECOND_MS

export function personalDataOperations(needs: Services): readonly Operation[] {
  return [
    operation({
      ...common,
      id: 'exportOwnData',
      method: 'post',
      path: '/account/export',
      summary: 'Download all that is kept about you',
      description:
        'A member for each table that has rows of yours. Passwords, keys and other secrets are left out. The answer is streamed: it is whole when its JSON is.',
      scope: 'account:export',
      signInSeconds: RECENT_SIGN_IN_SECONDS,
      body: proof,
      answer: { status: 200, description: 'The data.', schema: personalData, streamed: true },
      problems: {
        ...PROOF_PROBLEMS,
        too_many_requests: { status: 429, when: 'You downloaded it five times within a day.' },
      },
      async handle(request) {
        await assertProven(needs, request)
        const { token, ip } = request
        const { id } = ownerOf(token)
        if (!(await takeDataExport(needs, id, needs.clock()))) throw tooOften()
        return { body: await exportPersonalData(needs, id, { actor: id, ip, clientId: token.clientId }) }
      },
    }),
  ]
}

function tooOften(): AppError {
  return new AppError('too_many_requests', 429, 'You downloaded your data five times within a day.', {
    retryAfterSeconds: RETRY_SECONDS,
  })
}
