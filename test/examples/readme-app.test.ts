import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { freePort } from '../support/service-process.ts'
import { openDocument } from './document.ts'

describe('the README’s app', function () {
  let server: RunningServer
  let readme: ReturnType<typeof openDocument>
  let program: Awaited<ReturnType<typeof readme.start>>
  let home: string

  before(async () => {
    server = await startServer({ store: 'sqlite' })
    const port = await freePort()
    home = `http://localhost:${port}/`
    readme = openDocument('README.md', server, { 3000: port })
    await readme.command('client create --name "My app"')
    readme.save('app.mjs')
    program = await readme.start('app.mjs', home)
  })
  after(async () => {
    readme?.close()
    await server?.stop()
  })

  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const shown = async (page: Page) => (await page.textContent('body'))?.trim()

  async function signIn(name: string): Promise<{ page: Page; email: string }> {
    const { page } = await openBrowser()
    const { email, password } = await server.createAccount({ name })
    await page.goto(home)
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password').fill(password)
    await press(page, 'Sign in')
    return { page, email }
  }

  it('greets the person who signed in', async () => {
    const { page, email } = await signIn('Zoë 示例 <b>Müller</b>')
    await press(page, 'Allow')
    await page.waitForURL(/callback/)
    expect(await shown(page)).to.equal(`Hello, Zoë 示例 <b>Müller</b> <${email}>`)
  })

  it('goes on when a person does not allow it', async () => {
    const { page } = await signIn('Second Thoughts')
    await press(page, 'Don’t allow')
    await page.waitForURL(/callback/)
    expect(await shown(page)).to.equal(`The sign-in did not work (access_denied). Open ${home} to try again.`)
    expect(program.alive(), program.said()).to.equal(true)
  })

  it('refuses an answer that this browser did not ask for', async () => {
    const began = await fetch(home, { redirect: 'manual' })
    const state = new URL(began.headers.get('location') ?? '').searchParams.get('state')
    const answer = await fetch(`${home}callback?code=stolen&state=${state}`)
    expect(answer.status).to.equal(400)
    expect(program.alive(), program.said()).to.equal(true)
  })
})
