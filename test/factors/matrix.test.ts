import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { updateClient } from '../../src/clients/clients.ts'
import { beginTotp } from '../../src/factors/totp-set-up.ts'
import { registerAsker } from '../protocol/ciba/asker.ts'
import { registerApp } from '../protocol/challenge/first-party-app.ts'
import { DEVICE_GRANT } from '../protocol/device/device-code.ts'
import { callbackOf, register } from '../provider/relying-party.ts'
import { openStage, untilEverywhere } from '../provider/stage.ts'
import type { Visitor } from '../support/visitor.ts'
import { addKey } from '../passkeys/on-pages.ts'
import { openConnectedProvider } from '../upstreams/connected-provider.ts'
import { enroll } from './enrolled.ts'
import { passwordProof } from '../../src/factors/finish-sign-in.ts'
import { trustBrowser } from '../../src/factors/spared/trusted-browsers.ts'
import {
  EXPECTED,
  EXPECTED_BY_MAIL,
  EXPECTED_IN_TRUSTED,
  EXPECTED_WITH_NEW_TERMS,
  FACTORS,
  POLICIES,
  STATES,
} from './expected-outcomes.ts'
import type { Factor, Outcome, Policy, State } from './expected-outcomes.ts'
import { SECRET, sessionPaths } from './session-paths.ts'
import type { Cell, Path, Walk } from './session-paths.ts'

const TERMS = '2'
const SPARING = {
  ACCOUNT_SERVER_TRUSTED_BROWSER_DAYS: '30',
  ACCOUNT_SERVER_EMAIL_SECOND_FACTOR: 'true',
}
const WITH_TERMS = {
  ACCOUNT_SERVER_TERMS_VERSION: TERMS,
  ACCOUNT_SERVER_BRAND_TERMS_URL: 'https://example.org/terms',
}

type Names = (keyof typeof EXPECTED)[]
describe('every path to a session or token', () => {
  // The rest is there before a path is walked.
  const at = { keys: new Map(), asksForMail: false } as Partial<Walk> as Walk

  before(async () => {
    at.stage = await openStage({
      store: 'sqlite',
      env: { ACCOUNT_SERVER_WORKERS: '2', ...WITH_TERMS, ...SPARING },
    })
    at.provider = await openConnectedProvider(at.stage)
  })
  after(async () => {
    await at.provider.close()
    await at.stage.stop()
  })

  async function registerApps(): Promise<void> {
    at.app = await register(at.stage)
    at.phone = await registerApp(at.stage)
    at.tv = await register(at.stage, {
      redirect_uris: [],
      grant_types: [DEVICE_GRANT],
      token_endpoint_auth_method: 'none',
    })
    at.bank = await registerAsker(at.stage)
  }
  const { paths, path, signedInBefore } = sessionPaths(at)

  /** Somebody who has accepted the terms of today. */
  async function someone(): Promise<Account> {
    const person = await at.stage.person()
    await acceptedBy(person, TERMS)
    return person
  }
  const acceptedBy = ({ id }: Account, termsVersion: string) =>
    updateAccount(at.stage.parts.db, { id }, { termsVersion, termsAcceptedAtMs: 1 })

  async function put({ person, factor, state }: Cell): Promise<void> {
    const { parts } = at.stage
    if (factor === 'confirmed') await enroll(parts, person.id)
    if (factor === 'begun') await beginTotp(parts, person.id)
    if (factor === 'passkey') at.keys.set(person.id, await addKey(parts, person.id))
    if (state === 'disabled') await disableAccount(parts, person.id, { actor: 'cli' })
    if (state === 'unverified') await updateAccount(parts.db, { id: person.id }, { emailVerifiedAtMs: null })
  }

  type Prepared = Cell & { earlier: Visitor | string | undefined }
  async function prepareCell(path: Path, factor: Factor, state: State): Promise<Prepared> {
    const person = await someone()
    const cell = { person, factor, state, earlier: await path.before?.(person) }
    await put(cell)
    return cell
  }

  /** The day on which the rule begins. Sessions, grants and requests from before that day go on or do not. */
  async function begin(policy: Policy, cells: readonly Cell[]): Promise<void> {
    const { parts } = at.stage
    if (policy === 'account')
      for (const { person } of cells)
        await updateAccount(parts.db, { id: person.id }, { secondFactorDue: true })
    if (policy !== 'app') return
    const early = await signedInBefore(await someone())
    for (const { clientId } of [at.phone, at.tv, at.bank, at.app])
      await updateClient(parts.db, clientId, { require_second_factor: true }, parts)
    const cookie = early.cookies().map(({ name, value }) => `${name}=${value}`)
    const sent = { to: path({ prompt: 'none' }), headers: { cookie: cookie.join('; ') } }
    await untilEverywhere(
      async () => callbackOf(await at.stage.send(sent))['error'] === 'interaction_required',
      'every process knows of the rule',
    )
  }

  describe('where the terms have a new version', () => {
    const names = Object.keys(EXPECTED) as Names
    const cells = new Map<string, Prepared>()

    before(async () => {
      await registerApps()
      for (const name of names) {
        const cell = await prepareCell(paths[name], name.includes('passkey') ? 'passkey' : 'none', 'ok')
        await acceptedBy(cell.person, '1')
        cells.set(name, cell)
      }
    })

    it('leads every path to a session past the page that asks for them [S-2.244]', async () => {
      const seen: Record<string, Outcome> = {}
      for (const [name, cell] of cells)
        seen[name] = await paths[name as keyof typeof EXPECTED].run(cell, cell.earlier)
      expect(seen).to.deep.equal(EXPECTED_WITH_NEW_TERMS)
    })
  })

  /** An app, used after the password was set, and a browser that is trusted or not. */
  async function prepareSpared(path: Path, trusted: boolean): Promise<Prepared> {
    const cell = await prepareCell(path, 'confirmed', 'ok')
    const { parts } = at.stage
    const { person } = cell
    const atMs = parts.clock()
    await parts
      .db('account_totps')
      .where({ accountId: person.id })
      .update({ lastUsedAtMs: atMs + 1 })
    const proof = passwordProof(person, atMs)
    const given = { proof, secret: SECRET, browser: 'Firefox on Linux', ip: '::1' }
    if (trusted) expect(await trustBrowser(parts, given)).to.equal(true)
    return cell
  }

  for (const policy of POLICIES)
    describe(`where a second factor is spared, and required by ${policy}`, () => {
      const names = Object.keys(EXPECTED) as Names
      const cells = { trusted: new Map<string, Prepared>(), mailed: new Map<string, Prepared>() }

      before(async () => {
        await registerApps()
        await Promise.all(
          names.map(async (name) => {
            cells.trusted.set(name, await prepareSpared(paths[name], true))
            cells.mailed.set(name, await prepareSpared(paths[name], false))
          }),
        )
        await begin(policy, [...cells.trusted.values(), ...cells.mailed.values()])
      })
      afterEach(() => {
        at.asksForMail = false
      })

      const outcomes = async (kind: keyof typeof cells) => {
        const seen = [...cells[kind]].map(async ([name, cell]) => {
          return [name, await paths[name as keyof typeof EXPECTED].run(cell, cell.earlier)] as const
        })
        return Object.fromEntries(await Promise.all(seen))
      }

      it('opens by the first step in a trusted browser what needs no level, and nothing else [S-2.202]', async () => {
        expect(await outcomes('trusted')).to.deep.equal(EXPECTED_IN_TRUSTED[policy])
      })

      it('opens by a mailed code what needs no level, and nothing else [S-2.208]', async () => {
        at.asksForMail = true
        expect(await outcomes('mailed')).to.deep.equal(EXPECTED_BY_MAIL[policy])
      })
    })

  for (const policy of POLICIES)
    describe(`where a second factor is required by ${policy}`, () => {
      const names = Object.keys(EXPECTED) as Names
      const cells = new Map<string, Prepared[]>()

      before(async () => {
        await registerApps()
        for (const name of names) {
          const all = FACTORS.flatMap((factor) =>
            STATES.map((state) => prepareCell(paths[name], factor, state)),
          )
          cells.set(name, await Promise.all(all))
        }
        await begin(policy, [...cells.values()].flat())
      })

      for (const name of names)
        it(`is closed or open as it should be: ${name} [S-2.77]`, async () => {
          const found = cells.get(name) ?? []
          const outcomes = await Promise.all(found.map((cell) => paths[name].run(cell, cell.earlier)))
          const row = (factor: Factor) =>
            Object.fromEntries(
              found.flatMap((cell, at) => (cell.factor === factor ? [[cell.state, outcomes[at]]] : [])),
            )
          const seen = Object.fromEntries(FACTORS.map((factor) => [factor, row(factor)]))
          expect(seen).to.deep.equal(EXPECTED[name][policy])
        })
    })
})
