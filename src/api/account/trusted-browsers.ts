/** The browsers that one trusts: list them, end the trust in one, or in all. */
import { z } from 'zod'
import { endTrustedBrowsers, trustedBrowsersOf } from '../../factors/spared/trusted-browsers.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { timeOf } from '../../operations/shown-account.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, ownerOf } from './owner.ts'

const shownBrowser = z
  .object({
    id: z.string(),
    browser: z.string().describe('As people know it: Firefox on Linux.'),
    trusted_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable().describe('When it last spared the second step.'),
    expires_at: z.iso.datetime(),
  })
  .meta({ title: 'TrustedBrowser' })

const NO_BROWSER = 'You trust no such browser, or no longer.'

export function trustedBrowserOperations(needs: Services): readonly Operation[] {
  return [listing(needs), ending(needs), endingAll(needs)]
}

function listing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'listOwnTrustedBrowsers',
    method: 'get',
    path: '/account/trusted-browsers',
    summary: 'List the browsers that you trust, the latest first',
    description:
      'A sign-in there takes no second step, and has the level of its first. There are ten at most.',
    scope: 'account:read',
    answer: { status: 200, description: 'The browsers.', schema: z.object({ items: z.array(shownBrowser) }) },
    handle: async ({ token }) => ({ body: { items: await shownBrowsers(needs, ownerOf(token).id) } }),
  })
}

function ending(needs: Services): Operation {
  return operation({
    ...common,
    id: 'endOwnTrustedBrowser',
    method: 'delete',
    path: '/account/trusted-browsers/{id}',
    summary: 'Stop trusting a browser',
    description: 'The next sign-in there takes the second step again. Its sessions go on.',
    scope: 'account:write',
    params: z.strictObject({ id: z.string().max(64) }),
    answer: { status: 204, description: 'The browser is no longer trusted.' },
    problems: { trusted_browser_not_found: { status: 404, when: NO_BROWSER } },
    async handle({ params: { id }, token, ip, assertMatches }) {
      const { id: accountId } = ownerOf(token)
      const found = (await shownBrowsers(needs, accountId)).find((one) => one.id === id)
      if (found) assertMatches(found)
      if (!(await endTrustedBrowsers(needs, accountId, { id }, { actor: accountId, ip })))
        throw new AppError('trusted_browser_not_found', 404, NO_BROWSER)
      return { body: undefined }
    },
  })
}

function endingAll(needs: Services): Operation {
  return operation({
    ...common,
    id: 'endOwnTrustedBrowsers',
    method: 'post',
    path: '/account/trusted-browsers/end-all',
    summary: 'Stop trusting all browsers',
    description: 'The next sign-in takes the second step everywhere. Sessions go on.',
    scope: 'account:write',
    answer: { status: 204, description: 'No browser is trusted.' },
    async handle({ token, ip }) {
      const { id: accountId } = ownerOf(token)
      await endTrustedBrowsers(needs, accountId, 'all', { actor: accountId, ip })
      return { body: undefined }
    },
  })
}

async function shownBrowsers(needs: Services, accountId: string): Promise<z.output<typeof shownBrowser>[]> {
  const found = await trustedBrowsersOf(needs.db, needs, accountId)
  return found.map(({ id, browser, trustedAtMs, lastUsedAtMs, expiresAtMs }) => ({
    id,
    browser,
    trusted_at: timeOf(trustedAtMs),
    last_used_at: lastUsedAtMs === null ? null : timeOf(lastUsedAtMs),
    expires_at: timeOf(expiresAtMs),
  }))
}
