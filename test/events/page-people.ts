/** Somebody on our pages, for the table of forms: new, signed in, on a page of the account, or with trusted browsers. */
import type { EventType } from '../../src/events/event-types.ts'
import { passwordProof } from '../../src/factors/finish-sign-in.ts'
import { trustBrowser } from '../../src/factors/spared/trusted-browsers.ts'
import { enroll } from '../factors/enrolled.ts'
import type { EventWorld } from './event-world.ts'

export const CHOSEN = 'seven bridges over one river'

let people = 0
export const somebody = () => `somebody-${(people += 1)}@example.org`

export async function signedIn(world: EventWorld, verified = true) {
  const person = await world.createAccount({ verified })
  const visitor = world.visitor()
  await visitor.signIn(person)
  return { ...person, visitor }
}

export async function registered(world: EventWorld) {
  const visitor = world.visitor()
  const email = somebody()
  const form = await visitor.get('/register')
  await visitor.followForm(form, { name: 'Ada', email, password: CHOSEN })
  return { visitor, mail: await world.waitForMail(email) }
}

/** Opens a page of somebody who is signed in and sends its form. What happens before the form is sent is not looked at. */
export function onAccountPage(
  page: string,
  fields: Record<string, string>,
  events: readonly EventType[],
  action = page,
) {
  return {
    async run(world: EventWorld) {
      const { visitor } = await signedIn(world)
      const shown = await visitor.get(page)
      await world.taken()
      await visitor.followForm(shown, fields, { action })
    },
    events,
  }
}

/** Sends the form of this page, for somebody who has an authenticator app. The password is asked for on the way. */
export function onSecurityPage(page: string) {
  return {
    async run(world: EventWorld) {
      const { visitor, account, password } = await signedIn(world)
      await enroll(world.parts, account.id)
      const asked = await visitor.get(page)
      const shown = asked.url.pathname === page ? asked : await visitor.followForm(asked, { password })
      await world.taken()
      await visitor.followForm(shown, {}, { action: page })
    },
    events: ['account.factors_changed'] as const,
  }
}

/** For somebody who trusts so many browsers. */
export function endsTrust(action: string, browsers: number) {
  return {
    async run(world: EventWorld) {
      const { visitor, account } = await signedIn(world)
      for (let n = 0; n < browsers; n += 1) {
        const proof = passwordProof(account, world.parts.clock())
        await trustBrowser(world.parts, { proof, secret: `${n}`, browser: 'Firefox on Linux', ip: '::1' })
      }
      const page = await visitor.get('/account/sessions')
      await world.taken()
      await visitor.followForm(page, {}, { action })
    },
    events: ['account.factors_changed'] as const,
  }
}
