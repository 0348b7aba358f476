import { expect } from 'chai'
import { disableClient } from '../../../src/clients/clients.ts'
import { listConsents } from '../../../src/consents/consents.ts'
import { createGroup } from '../../../src/groups/groups.ts'
import { addMember } from '../../../src/groups/members.ts'
import { register, signIn } from '../../provider/relying-party.ts'
import { PASSWORD, sqliteStage, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

const BY = { actor: 'cli' }

describe('the start page of one’s apps', () => {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  const tilesOf = (text: string) =>
    [...text.matchAll(/<a class="tile" href="([^"]+)"[\s\S]*?<span class="breakable">([^<]*)<\/span>/g)].map(
      ([, href = '', name = '']) => ({ href: href.replaceAll('&amp;', '&'), name }),
    )

  it('opens what an operator registered with an address for it, used ones first, and a stranger’s app once it is used', async () => {
    const at = (name: string) => ({ client_name: name, initiate_login_uri: `https://${name}.example/go?x=1` })
    const [calendar, tasks, strange, closed] = [
      await register(stage, at('calendar')),
      await register(stage, { ...at('tasks'), logo_uri: 'https://tasks.example/logo.png' }),
      await register(stage, at('strange')),
      await register(stage, at('closed')),
    ]
    await register(stage, { client_name: 'without' })
    const { db, clock } = stage.parts
    await db('clients').where({ clientId: strange.clientId }).update({ registeredBy: 'open' })
    await disableClient(db, closed.clientId, clock)

    const person = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ email: person.email, password: PASSWORD })
    const ofThis = ({ name }: { name: string }) => ['calendar', 'tasks', 'strange', 'closed'].includes(name)
    const before = tilesOf((await visitor.get('/account/apps')).text).filter(ofThis)
    expect(before.map(({ name }) => name)).to.eql(['calendar', 'tasks'])
    const onStart = tilesOf((await visitor.get('/')).text).filter(ofThis)
    expect(onStart, 'the front page').to.eql(before)
    expect(tilesOf((await stage.visitor().get('/')).text), 'nobody is signed in').to.eql([])
    const iss = encodeURIComponent(stage.issuer)
    expect(before[0]?.href).to.equal(`https://calendar.example/go?x=1&iss=${iss}`)

    await strange.redeem(
      (await signIn(visitor, strange.authorizePath(), person)).searchParams.get('code') ?? '',
    )
    // The use of an app is written a moment after its tokens.
    const used = async () =>
      (await listConsents(db, person.id)).some(({ lastUsedAtMs }) => lastUsedAtMs !== null)
    await until(used, 'the use is written')
    const { text } = await visitor.get('/account/apps')
    const after = tilesOf(text).filter(ofThis)
    expect(after.map(({ name }) => name)).to.eql(['strange', 'calendar', 'tasks'])
    expect(text).to.contain(`/client-logo/${tasks.clientId}`)
    expect(text).not.to.contain(`/client-logo/${strange.clientId}`)
    expect(calendar.clientId).not.to.equal(strange.clientId)
  })

  it('shows an app for groups to their members alone', async () => {
    const { id: groupId } = await createGroup(stage.parts, { name: `payroll ${Date.now()}` }, BY)
    await register(stage, {
      client_name: 'payroll',
      initiate_login_uri: 'https://payroll.example/go',
      allowed_groups: [groupId],
    })
    const person = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ email: person.email, password: PASSWORD })
    for (const path of ['/', '/account/apps'])
      expect((await visitor.get(path)).text, path).not.to.contain('payroll.example')
    await addMember(stage.parts, { groupId, accountId: person.id }, BY)
    for (const path of ['/', '/account/apps'])
      expect((await visitor.get(path)).text, path).to.contain('payroll.example')
  })
})
