import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { createGroup } from '../../src/groups/groups.ts'
import { addMember } from '../../src/groups/members.ts'
import { register } from '../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'
import { press, signInToAccount } from './steps.ts'

describe('the profile page', function () {
  it('changes given and family name, which apps get from then on, and takes them away', async () => {
    const stage = await sqliteStage()
    const person = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ email: person.email, password: PASSWORD })
    const save = async (fields: Record<string, string>) =>
      visitor.followForm(await visitor.get('/account'), fields, { action: '/account' })
    const saved = await save({ name: 'Ana Sample', givenName: ' Ana ', familyName: 'Sample' })
    expect(saved.text).to.contain('Saved.').and.contain('value="Ana"')
    const app = await register(stage)
    const claims = decodeJwt((await app.tokensFor(person)).id_token)
    expect(claims).to.include({ name: 'Ana Sample', given_name: 'Ana', family_name: 'Sample' })

    const refused = await save({ name: 'Ana', givenName: 'Ana', familyName: 'see www.spam.example' })
    expect(refused.through.map(({ status }) => status)).to.eql([303])
    expect(refused.text).to.contain('Use a plain name').and.contain('value="see www.spam.example"')
    await save({ name: 'Ana', givenName: '', familyName: '' })
    const after = decodeJwt((await app.tokensFor(person)).id_token)
    expect(after).to.include({ name: 'Ana' }).and.not.have.any.keys('given_name', 'family_name')
  })

  it('changes the language, which apps get and pages are written in, and leaves it to the browser again', async () => {
    const stage = await sqliteStage()
    const person = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ email: person.email, password: PASSWORD })
    const save = async (locale: string) =>
      visitor.followForm(await visitor.get('/account'), { name: 'Ana', locale }, { action: '/account' })
    expect((await save('ru')).text).to.contain('<option value="ru" lang="ru" selected>')
    expect((await visitor.get('/account')).text).to.contain('<html lang="ru">')
    const app = await register(stage)
    expect(decodeJwt((await app.tokensFor(person)).id_token)).to.include({ locale: 'ru' })
    await save('no language')
    expect((await visitor.get('/account')).text, 'refused').to.contain('<html lang="ru">')
    await save('')
    expect((await visitor.get('/account')).text).to.contain('<html lang="en">')
    expect(decodeJwt((await app.tokensFor(person)).id_token)).not.to.have.any.keys('locale')
  })

  it('changes the time zone, which apps get and times are written in, and leaves it open again', async () => {
    const stage = await sqliteStage()
    const person = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ email: person.email, password: PASSWORD })
    const save = async (zoneinfo: string) =>
      visitor.followForm(await visitor.get('/account'), { name: 'Ana', zoneinfo }, { action: '/account' })
    expect((await visitor.get('/account/sessions/history')).text).to.match(/<time [^>]*title="[^"]* UTC"/)
    expect((await save('Asia/Vladivostok')).text).to.contain('<option value="Asia/Vladivostok" selected>')
    expect((await visitor.get('/account/sessions/history')).text).to.match(/<time [^>]*title="[^"]* GMT\+10"/)
    const app = await register(stage)
    expect(decodeJwt((await app.tokensFor(person)).id_token)).to.include({ zoneinfo: 'Asia/Vladivostok' })

    expect((await save('Nowhere/Town')).text).to.contain('Choose a time zone from the list.')
    expect((await save('asia/calcutta')).text, 'an older name').to.match(
      /value="Asia\/(Calcutta|Kolkata)" selected/,
    )
    await save('')
    expect(decodeJwt((await app.tokensFor(person)).id_token)).not.to.have.any.keys('zoneinfo')
  })

  it('shows times in the zone of the browser until the account has one, where there is JavaScript', async () => {
    const stage = await sqliteStage()
    const { email } = await stage.person()
    const browser = await openBrowser()
    const { page } = browser
    const tools = await browser.context.newCDPSession(page)
    await tools.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Vladivostok' })
    await signInToAccount(page, stage.issuer, { email, password: PASSWORD })
    const time = page.locator('time').first()
    const exactly = async () => {
      await page.goto(`${stage.issuer}/account/sessions/history`)
      await page.waitForLoadState()
      return [await time.innerText(), await time.getAttribute('title')].join(' ')
    }
    expect(await exactly())
      .to.contain('GMT+10')
      .and.not.to.contain('UTC')
    await page.goto(`${stage.issuer}/account`)
    await page.locator('[name=zoneinfo]').selectOption('Asia/Tokyo')
    await press(page, 'Save')
    expect(await exactly())
      .to.contain('GMT+9')
      .and.not.to.contain('GMT+10')
    await browser.context.close()
  })

  it('names the groups of the person', async () => {
    const stage = await sqliteStage()
    const person = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ email: person.email, password: PASSWORD })
    expect((await visitor.get('/account')).text).to.not.contain('<dt>Groups</dt>')
    const name = `<Night> shift ${Date.now()}`
    const { id: groupId } = await createGroup(stage.parts, { name }, { actor: 'cli' })
    await addMember(stage.parts, { groupId, accountId: person.id }, { actor: 'cli' })
    const page = await visitor.get('/account')
    expect(page.text).to.contain(
      `<dd class="breakable">${name.replace('<', '&lt;').replace('>', '&gt;')}</dd>`,
    )
  })
})
