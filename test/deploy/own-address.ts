/** What holds behind every proxy: the address in the audit trail is that of the visitor. */
import { expect } from 'chai'
import { auditTrailOf } from '../support/audit-trail.ts'
import type { RunningServer } from '../support/running-server.ts'
import type { createVisitor } from '../support/visitor.ts'

type VisitorAt = (localAddress: string, headers?: Record<string, string>) => ReturnType<typeof createVisitor>

const FORGED = {
  'x-forwarded-for': '203.0.113.9',
  forwarded: 'for=203.0.113.9',
  'x-real-ip': '203.0.113.9',
}

export async function signsInFromOwnAddress(
  server: Pick<RunningServer, 'createAccount' | 'parts'>,
  visitorAt: VisitorAt,
): Promise<void> {
  const { account, email, password } = await server.createAccount()
  const page = await visitorAt('127.0.0.5', FORGED).signIn({ email, password })
  expect([page.status, page.url.pathname], page.heading).to.eql([200, '/account'])
  const trail = await auditTrailOf(server.parts.db, account.id)
  const signIn = trail.find(({ action }) => action === 'sign_in.succeeded')
  expect(signIn?.ip).to.equal('127.0.0.5')
}
