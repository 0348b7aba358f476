import { expect } from 'chai'
import { openSuite, play } from './suite.ts'
import type { Suite } from './suite.ts'

const LOGOUT = 'oidcc-frontchannel-rp-initiated-logout-certification-test-plan'
const LOGIN = 'oidcc-3rdparty-init-login-certification-test-plan'
const SUITE = 'https://www.certification.openid.net/test/a/account-server'

describe('the plans of front-channel logout and third-party-initiated login [C-front-channel-logout][C-third-party-login]', () => {
  let suite: Suite
  before(async () => {
    suite = await openSuite()
  })
  after(() => suite.stop())

  it('oidcc-frontchannel-logout-discovery-endpoint-verification', () => {
    expect(suite.metadata).to.include({
      end_session_endpoint: `${suite.issuer}/oauth/logout`,
      frontchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
    })
  })

  it('oidcc-frontchannel-rp-initiated-logout: its page is opened with iss and sid, then back at the app, and signed out', async () => {
    const app = play(suite, suite.configuration(LOGOUT).client)
    const { tokens, idToken } = await app.flow()
    const after = `${SUITE}/post_logout_redirect`
    const hint = { id_token_hint: tokens.id_token, post_logout_redirect_uri: after, state: 's' }
    const page = await app.visitor.get(`/oauth/logout?${new URLSearchParams(hint)}`)
    const done = /name="logout"/.test(page.text)
      ? await app.visitor.followForm(page, { logout: 'yes' })
      : page
    const [, source = ''] = /<iframe[^>]*src="([^"]+)"/.exec(done.text) ?? []
    const frame = new URL(source.replaceAll('&amp;', '&'))
    expect(frame.href.split('?')[0]).to.equal(`${SUITE}/frontchannel_logout`)
    expect(Object.fromEntries(frame.searchParams)).to.eql({ iss: suite.issuer, sid: idToken['sid'] })
    expect(done.text).to.contain(`${after}?state=s`)
    expect((await app.ask({ prompt: 'none' }))['error']).to.equal('login_required')
  })

  async function register(initiate_login_uri: string) {
    const { initial_access_token: token = '' } = suite.configuration(LOGIN).client
    return await suite.send({
      to: '/oauth/register',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        client_name: 'Suite',
        redirect_uris: [`${SUITE}/callback`],
        initiate_login_uri,
      }),
    })
  }

  it('oidcc-3rd_party-init-login: the address is in the answer and in the record', async () => {
    const initiate_login_uri = `${SUITE}/initiate_login`
    const made = (await register(initiate_login_uri)).json()
    expect(made).to.include({ initiate_login_uri })
    const record = await suite.send({
      to: new URL(String(made['registration_client_uri'])).pathname,
      headers: { authorization: `Bearer ${String(made['registration_access_token'])}` },
    })
    expect([record.status, record.headers['content-type']]).to.eql([200, 'application/json; charset=utf-8'])
    expect(record.json()).to.include({ initiate_login_uri })
  })

  it('oidcc-3rd_party-init-login-nohttps: an http address is refused', async () => {
    const answer = await register('http://www.certification.openid.net/initiate_login')
    expect([answer.status, answer.json()['error']]).to.eql([400, 'invalid_client_metadata'])
  })
})
