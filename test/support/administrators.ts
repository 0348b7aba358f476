/** People with a role of the administration, and their sign-in to its pages with the second factor that this takes. */
import type { Page } from 'playwright-core'
import { grantRole } from '../../src/accounts/roles.ts'
import { enroll } from '../factors/enrolled.ts'
import { press, signInHere } from '../journeys/steps.ts'
import type { Person, RunningServer } from './running-server.ts'
import { createVisitor } from './visitor.ts'
import type { Visited, Visitor } from './visitor.ts'

export type Administrator = Person & { code: () => Promise<string> }

type Wanted = {
  /** The page that they open. */
  path?: string
  /** `none`: they administer nothing. */
  role?: string
}

/** Somebody with the role and a second factor. */
export async function administrator(server: RunningServer, role = 'admin'): Promise<Administrator> {
  const person = await server.createAccount()
  if (role !== 'none') await grantRole(server.parts.db, person.account.id, role)
  const factor = await enroll(server.parts, person.account.id)
  return { ...person, code: () => factor.code() }
}

/** Opens a page of the administration in a browser where nobody is signed in, and signs in. */
export async function openAdministration(
  page: Page,
  server: RunningServer,
  { path = '/admin', role = 'admin' }: Wanted = {},
): Promise<Administrator> {
  const person = await administrator(server, role)
  await page.goto(server.issuer + path)
  await signInHere(page, person)
  await page.getByLabel('Code from your authenticator app').fill(await person.code())
  await press(page, 'Sign in')
  await page.waitForURL(server.issuer + path)
  return person
}

/** The same without a screen. */
export async function visitAdministration(
  server: RunningServer,
  { path = '/admin', role = 'admin' }: Wanted = {},
): Promise<{ visitor: Visitor; page: Visited; person: Administrator }> {
  const person = await administrator(server, role)
  const visitor = createVisitor(server.issuer)
  return { visitor, person, page: await signInAgain(visitor, await visitor.get(path), person) }
}

/** Signs in on the page to which an administration page led. */
export async function signInAgain(
  visitor: Visitor,
  page: Visited,
  { email, password, code }: Administrator,
): Promise<Visited> {
  const asked = await visitor.followForm(page, { email, password }, { action: '/sign-in' })
  return visitor.followForm(asked, { code: await code() }, { action: '/code' })
}
