/** Every page of the administration, as the table of sections has them: a new section is walked through by itself. */
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { grantRole } from '../../src/accounts/roles.ts'
import { SECTIONS } from '../../src/admin/sections/sections.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { createWebhook } from '../../src/event-sinks/webhooks/webhooks.ts'
import { givenUpMail } from '../api/given-up-mail.ts'
import { enroll } from '../factors/enrolled.ts'
import { heading, press, signInHere } from './steps.ts'
import { inBothSettings } from './world.ts'
import type { World } from './world.ts'

const KINDS = [
  { name: 'on a desktop', javaScript: true, width: 1280 },
  { name: 'on a narrow phone', javaScript: true, width: 320 },
  { name: 'without JavaScript', javaScript: false, width: 1280 },
]

inBothSettings('The pages of the administration', (world) => {
  async function administrator(page: Page, { server }: World): Promise<void> {
    const person = await server.createAccount()
    await grantRole(server.parts.db, person.account.id, 'admin')
    const factor = await enroll(server.parts, person.account.id)
    await page.goto(`${server.issuer}/admin`)
    await signInHere(page, person)
    await page.getByLabel('Code from your authenticator app').fill(await factor.code())
    await press(page, 'Sign in')
    expect(await heading(page)).to.equal('Administration')
  }

  /** One thing at least where a list would be empty. */
  async function things({ server: { parts } }: World): Promise<void> {
    await givenUpMail(parts)
    await createGroup(parts, { name: `Walk ${Date.now()} ${Math.random()}` }, { actor: 'test' })
    const webhook = { url: 'https://crm.example.com/hook', description: '', eventTypes: ['key.removed'] }
    await createWebhook(parts, webhook)
    await parts.db('outbox_lanes').insert({ topic: 'events.kafka' }).onConflict('topic').ignore()
  }

  /** Opens a page, and answers what of it is wrong. */
  async function faultsOf(page: Page, path: string): Promise<string[]> {
    const answer = await page.goto(new URL(path, world.server.issuer).href)
    const [title, wide] = [
      await page.locator('h1').allInnerTexts(),
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ]
    return [
      ...(answer?.status() === 200 ? [] : [`${path}: ${answer?.status()} ${title.join()}`]),
      ...(title.length === 1 && title[0] !== '' ? [] : [`${path}: ${title.length} headings`]),
      ...(wide > 0 ? [`${path}: ${wide} px too wide`] : []),
    ]
  }

  const hrefs = (page: Page, inside: string): Promise<string[]> =>
    page
      .locator(inside)
      .evaluateAll((links) => links.flatMap((link) => (link as unknown as { href?: string }).href ?? []))

  for (const { name, javaScript, width } of KINDS)
    it(`open, fit, and lead on, ${name}`, async () => {
      const { page } = await world.open({ javaScript, device: 'desktop' })
      await page.setViewportSize({ width, height: 800 })
      await things(world)
      await administrator(page, world)
      const faults: string[] = []
      let opened = 0
      const open = async (path: string) => {
        opened += 1
        faults.push(...(await faultsOf(page, path)))
      }
      for (const period of ['hour', 'day', 'month']) await open(`/admin?period=${period}`)
      for (const { name: section, one, create } of SECTIONS) {
        await open(`/admin/${section}`)
        const rows = await hrefs(page, '.rows > li a')
        if (create) await open(`/admin/${section}/-/${create.verb}`)
        const [first] = rows
        if (first === undefined) continue
        await open(first)
        if (!one) continue
        for (const act of await hrefs(page, '.acts a')) await open(act)
      }
      expect(faults, faults.join('\n')).to.eql([])
      expect(opened).to.be.greaterThan(2 * SECTIONS.length)
    })
})
