/** Every form of our pages, with the events of one submission, or the reason why it has none. */
import { codeIn, linkIn } from '../support/letter.ts'
import { authenticator, secretOn } from '../factors/authenticator.ts'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { planFactorReset } from '../../src/factors/factor-resets.ts'
import { setPicture } from '../../src/pictures/pictures.ts'
import { photo } from '../pictures/samples.ts'
import { formsOf } from '../support/visitor.ts'
import { enroll } from '../factors/enrolled.ts'
import { register as registerApp } from '../provider/relying-party.ts'
import { connect } from '../../src/upstreams/links.ts'
import { theUpstream } from '../../src/upstreams/upstream.ts'
import { upstream } from './upstream-changes.ts'
import {
  CHOSEN,
  somebody,
  signedIn,
  registered,
  onAccountPage,
  onSecurityPage,
  endsTrust,
} from './page-people.ts'
import type { Changes } from './prepared-subjects.ts'
import type { EventWorld } from './event-world.ts'

const GOES_ELSEWHERE = { none: 'Sends the browser to another provider. What follows begins with its answer.' }
const MAIL_ONLY = { none: 'Only a mail is sent.' }

export const PAGE_CHANGES: Changes = {
  '/register': {
    run: async (world) => void (await registered(world)),
    events: ['account.created'],
  },
  '/register/sent': {
    async run(world) {
      const { visitor, mail } = await registered(world)
      await world.taken()
      const code = codeIn(mail)
      await visitor.followForm(await visitor.get('/register/sent'), { code }, { action: '/register/sent' })
    },
    events: ['account.activated', 'session.started'],
  },
  '/register/address': {
    async run(world) {
      const { visitor } = await registered(world)
      await world.taken()
      await visitor.followForm(await visitor.get('/register/address'), { email: somebody() })
    },
    events: ['account.created'],
  },
  '/register/resend': MAIL_ONLY,
  '/activate': {
    async run(world) {
      const { mail } = await registered(world)
      await world.taken()
      const elsewhere = world.visitor()
      const page = await elsewhere.get(linkIn(mail, '/activate'))
      await elsewhere.followForm(page, { code: codeIn(mail), password: CHOSEN })
    },
    events: ['account.activated'],
  },
  '/sign-in': { run: (world) => signedInOnly(world), events: ['session.started'] },
  '/sign-in/code': {
    async run(world) {
      const person = await world.createAccount()
      const factor = await enroll(world.parts, person.account.id)
      const visitor = world.visitor()
      const page = await visitor.signIn(person)
      await world.taken()
      await visitor.followForm(page, { code: factor.recoveryCodes[0] ?? '' }, { action: '/code' })
    },
    events: ['account.factors_changed', 'session.started'],
  },
  '/code': { none: 'The form of `/sign-in/code`, on the way to an app.' },
  '/sign-in/email-code': { none: 'Only where a setting offers it. The session that begins is the event.' },
  '/email-code': { none: 'The form of `/sign-in/email-code`, on the way to an app.' },
  '/forgot': MAIL_ONLY,
  '/check': MAIL_ONLY,
  '/check/code': { none: 'The code lets this browser go on to the form. Nothing else changes.' },
  '/reset': {
    async run(world) {
      const { email } = await world.createAccount()
      const visitor = world.visitor()
      await visitor.followForm(await visitor.get('/forgot'), { email })
      const mail = await world.waitForMail(email, /^Reset/)
      await world.taken()
      await visitor.followForm(await visitor.get(linkIn(mail, '/reset')), { password: CHOSEN })
    },
    events: ['account.password_changed'],
  },
  '/account': onAccountPage('/account', { name: 'Ada L.' }, ['account.changed']),
  '/account/picture': {
    async run(world) {
      const { visitor } = await signedIn(world)
      const page = formsOf((await visitor.get('/account')).text)
      const form = new FormData()
      form.set('_csrf', page.find(({ action }) => action === '/account/picture')?.hidden['_csrf'] ?? '')
      form.set('picture', new File([new Uint8Array(await photo())], 'me.jpg'))
      await world.taken()
      await visitor.upload('/account/picture', form)
    },
    events: ['account.changed'],
  },
  '/account/picture/remove': {
    async run(world) {
      const { visitor, account } = await signedIn(world)
      await setPicture(
        world.parts,
        account.id,
        { large: await photo(), small: await photo() },
        { actor: 'cli' },
      )
      const page = await visitor.get('/account')
      await world.taken()
      await visitor.followForm(page, {}, { action: '/account/picture/remove' })
    },
    events: ['account.changed'],
  },
  '/account/verify': {
    async run(world) {
      const { visitor, email } = await signedIn(world, false)
      await visitor.followForm(await visitor.get('/account'), {}, { action: '/account/resend' })
      const code = codeIn(await world.waitForMail(email))
      await world.taken()
      await visitor.followForm(await visitor.get('/account'), { code }, { action: '/account/verify' })
    },
    events: ['account.activated'],
  },
  '/account/resend': MAIL_ONLY,
  '/language': onAccountPage('/account', { language: 'ru' }, ['account.changed'], '/language'),
  '/account/password': onAccountPage(
    '/account/password',
    { currentPassword: 'correct horse battery', newPassword: CHOSEN },
    ['account.password_changed'],
  ),
  '/account/security/app': { none: 'Nothing is a factor before a code of it is right.' },
  '/account/security/app/confirm': {
    async run(world) {
      const { visitor } = await signedIn(world)
      const page = await visitor.followForm(await visitor.get('/account/security'), {}, { action: '/app' })
      const code = authenticator(secretOn(page.text)).codeAt(world.parts.clock())
      await world.taken()
      await visitor.followForm(page, { code }, { action: '/confirm' })
    },
    events: ['account.factors_changed'],
  },
  '/account/security/app/cancel': { none: 'Nothing was a factor yet.' },
  '/account/security/app/remove': onSecurityPage('/account/security/app/remove'),
  '/account/security/codes/renew': onSecurityPage('/account/security/codes/renew'),
  '/account/security/codes/saved': { none: 'The page stops showing the codes.' },
  '/account/security/confirm': { none: 'The password shows who it is. Nothing changes.' },
  '/keep-second-factor': {
    async run(world) {
      const { visitor, email } = await signedIn(world)
      const { id } = (await findAccountByEmail(world.parts.db, email))!
      await enroll(world.parts, id)
      await planFactorReset(world.parts, id, { actor: 'cli' })
      const mail = await world.waitForMail(email, /will be removed/)
      await world.taken()
      await visitor.followForm(await visitor.get(linkIn(mail, '/keep-second-factor')))
    },
    events: ['account.factors_changed'],
  },
  '/not-me': {
    async run(world) {
      const { visitor, ...person } = await signedIn(world)
      await visitor.signIn(person)
      await world.visitor().signIn(person)
      const page = await visitor.get(linkIn(await world.waitForMail(person.email, /^New sign-in/), '/not-me'))
      await world.taken()
      await visitor.followForm(page)
    },
    events: ['account.signed_out_everywhere'],
  },
  '/account/sessions/end': {
    async run(world) {
      const { visitor, ...person } = await signedIn(world)
      await world.visitor().signIn(person)
      const page = await visitor.get('/account/sessions')
      await world.taken()
      await visitor.followForm(page, {}, { action: '/sessions/end' })
    },
    events: ['session.ended'],
  },
  '/account/sessions/end-others': {
    async run(world) {
      const { visitor, ...person } = await signedIn(world)
      await world.visitor().signIn(person)
      const page = await visitor.get('/account/sessions')
      await world.taken()
      await visitor.followForm(page, {}, { action: '/sessions/end-others' })
    },
    events: ['account.signed_out_elsewhere'],
  },
  '/account/sessions/end-all': onAccountPage(
    '/account/sessions',
    {},
    ['account.signed_out_everywhere'],
    '/sessions/end-all',
  ),
  '/account/sessions/trusted/end': endsTrust('/trusted/end', 1),
  '/account/sessions/trusted/end-all': endsTrust('/trusted/end-all', 2),
  '/account/apps/revoke': {
    async run(world) {
      const person = await world.createAccount()
      const app = await registerApp(world)
      const visitor = world.visitor()
      await app.tokensFor(person.account, {}, visitor)
      await world.taken()
      await visitor.followForm(await visitor.get('/account/apps'), {}, { action: '/apps/revoke' })
    },
    events: ['consent.revoked'],
  },
  '/upstream/:upstream': GOES_ELSEWHERE,
  '/sign-in/upstream/:upstream': GOES_ELSEWHERE,
  '/account/security/connections/:upstream': GOES_ELSEWHERE,
  '/account/security/connections/:upstream/remove': {
    async run(world) {
      const { visitor, account } = await signedIn(world)
      const found = await theUpstream(world.parts.db, await upstream(world))
      const identity = { subject: account.id, emailVerified: false, shownAs: 'ada', amr: [] }
      const connected = { accountId: account.id, upstream: found, identity }
      await connect(world.parts, connected, { actor: account.id })
      await world.taken()
      await visitor.followForm(await visitor.get('/account/security'), {}, { action: '/remove' })
    },
    events: ['account.upstreams_changed'],
  },
  '/upstream/connect': {
    none: 'A connection, with the event of `/account/security/connections/:upstream/remove`.',
  },
  '/upstream/create': {
    none: 'Without TERMS_VERSION, as here, the way back from the provider makes the account. It is an `account.created`: `pages/upstream`.',
  },
  '/upstream/connect/sign-in': { none: 'Leads to the sign-in page.' },
  '/upstream/connect/register': { none: 'Leads to the sign-up page.' },
  '/upstream/sign-out': GOES_ELSEWHERE,
  '/upstream/connect/not-now': { none: 'Drops what waited in this browser. It changed nothing.' },
  '/account/requests': { none: 'Its answer is a consent, and `/consent` shows that event.' },
  '/set-up/later': { none: 'The person declines, and nothing changes.' },
  '/verify-email': { none: 'The form of `/account/verify`, on the way to an app.' },
  '/account/terms': {
    none: 'Without TERMS_VERSION, as here, nothing is to be accepted. It is an `account.changed`: `pages/terms`.',
  },
  '/terms': { none: 'The form of `/account/terms`, on the way to an app.' },
  '/select-account': { none: 'Shows the sign-in form to somebody else, which `/sign-in` is about.' },
  '/consent': {
    async run(world) {
      const person = await world.createAccount()
      const app = await registerApp(world)
      await world.taken()
      await app.tokensFor(person.account)
    },
    events: ['consent.given', 'session.started'],
  },
  '/cancel': { none: 'Ends the request of an app, which changes no state.' },
}

async function signedInOnly(world: EventWorld): Promise<void> {
  const person = await world.createAccount()
  await world.taken()
  await world.visitor().signIn(person)
}
