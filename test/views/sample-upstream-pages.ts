/** The pages of a sign-in with another provider, and of a planned reset of second factors. */
import type { SamplePage } from './sample-pages.ts'

const connecting = {
  title: 'upstream-connect-title',
  label: 'Example ID',
  shownAs: 'ada@example.org',
  account: { email: 'person@example.com' },
  unverified: false,
  action: '/upstream/connect',
}
const creating = {
  label: 'Example ID',
  shownAs: 'ada-lovelace',
  email: 'ada@example.org',
  action: '/upstream/create',
  connectAction: '/upstream/connect',
  terms: {
    version: '2026-11',
    href: 'https://example.org/terms',
    privacyHref: 'https://example.org/privacy',
  },
}
const reset = { token: 'sample-token', action: '/keep-factors', forgotHref: '/forgot' }

export const sampleUpstreamPages: SamplePage[] = [
  sample('upstream-connect', 'signed-in', connecting),
  sample('upstream-connect', 'unverified', { ...connecting, unverified: true }),
  sample('upstream-connect', 'known', {
    ...connecting,
    title: 'upstream-which-title',
    account: undefined,
    known: 'person@example.com',
    client: { name: 'Sample App' },
  }),
  sample('upstream-connect', 'new', { ...connecting, title: 'upstream-which-title', account: undefined }),
  sample('upstream-create', 'new', creating),
  sample('upstream-create', 'for-an-app', {
    ...creating,
    shownAs: 'ada@example.org',
    client: { name: 'Sample App' },
    notice: 'terms-changed',
  }),
  sample('upstream-lost', 'expired', {
    title: 'upstream-expired-title',
    text: 'upstream-expired-text',
    isUsed: false,
    href: '/sign-in',
  }),
  sample('upstream-sign-out', 'offered', {
    label: 'Example ID',
    action: '/upstream/sign-out',
    nextHref: '/',
  }),
  sample('upstream-sign-out', 'down', {
    label: 'Example ID',
    action: '/upstream/sign-out',
    nextHref: '/',
    errors: { '': { id: 'upstream-sign-out-down', args: { provider: 'Example ID' } } },
  }),
  sample('keep-factors', 'live', { ...reset, state: 'live' }),
  sample('keep-factors', 'done', { ...reset, state: 'done' }),
  sample('keep-factors', 'over', { ...reset, state: 'over' }),
]

function sample(page: string, state: string, locals: Record<string, unknown>): SamplePage {
  return { page, state, locals }
}
