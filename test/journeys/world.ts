/** What every journey starts from: a running server in each of the two settings, apps that use it, and browsers. */
import { expect } from 'chai'
import { openBrowser } from '../support/browser.ts'
import type { BrowserOptions, OpenBrowser } from '../support/browser.ts'
import { startRelyingParty } from '../support/relying-party.ts'
import type { RelyingParty } from '../support/relying-party.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer, Store } from '../support/running-server.ts'

export type World = {
  server: RunningServer
  /** Asks for who one is, e-mail and profile; asks for consent once. */
  app: RelyingParty
  /** An app of another name. */
  otherApp: RelyingParty
  /** A fresh browser, closed after the test; what its console complained of fails the test. */
  open: (options?: BrowserOptions) => Promise<OpenBrowser>
}

/** What is off by default and only adds to pages. */
const OFFERED = {
  ACCOUNT_SERVER_TRUSTED_BROWSER_DAYS: '30',
  ACCOUNT_SERVER_EMAIL_SECOND_FACTOR: 'true',
}

const SETTINGS: Record<Store, string> = {
  sqlite: 'on SQLite alone',
  'mariadb+redis': 'on MariaDB and Redis, two processes behind a proxy',
}

// All journeys of a setting walk through one server, as people do; each has accounts and browsers of its own.
const running = new Map<Store, Promise<Omit<World, 'open'>>>()

/** Runs the sentences in both settings: for what is kept in SQL and in the grant store. */
export function inBothSettings(title: string, sentences: (world: World) => void): void {
  for (const store of Object.keys(SETTINGS) as Store[]) inSetting(store, title, sentences)
}

/**
 * Runs the sentences in the harder setting: for what pages lead to. Both stores do the same, as the suites in test/contracts
 * show, and a browser sees no difference; but two processes share what a page needs.
 */
export function inService(title: string, sentences: (world: World) => void): void {
  inSetting('mariadb+redis', title, sentences)
}

function inSetting(store: Store, title: string, sentences: (world: World) => void): void {
  describe(`${title}, ${SETTINGS[store]}`, () => {
    const opened: OpenBrowser[] = []
    const world = {
      async open(options) {
        const browser = await openBrowser(options)
        opened.push(browser)
        return browser
      },
    } as World

    before(async function () {
      if (!running.has(store)) running.set(store, start(store))
      Object.assign(world, await running.get(store))
    })
    afterEach(async () => {
      const browsers = opened.splice(0)
      await Promise.all(browsers.map(({ context }) => context.close()))
      expect(browsers.flatMap(({ complaints }) => complaints)).to.eql([])
      const addresses = browsers.flatMap((browser) => browser.addresses)
      expect(longAddresses(addresses, world.server.issuer)).to.eql([])
    })
    sentences(world)
  })
}

/** Decision 0045. */
const LONGEST_PARAMETER = 600

/** Those of our own pages. A request keeps what its app sent, so one that is long itself is left out. */
function longAddresses(addresses: readonly string[], issuer: string): string[] {
  const own = addresses.filter((one) => new URL(one).origin === issuer)
  const isRequest = (one: string) => ['/oauth/authorize', '/oauth/logout'].includes(new URL(one).pathname)
  if (own.some((one) => isRequest(one) && hasLongParameter(one))) return []
  return own.filter((one) => !isRequest(one) && hasLongParameter(one))
}

function hasLongParameter(address: string): boolean {
  const parameters = new URL(address).search.slice(1).split('&')
  return parameters.some((parameter) => parameter.length > LONGEST_PARAMETER)
}

async function start(store: Store): Promise<Omit<World, 'open'>> {
  const server = await startServer({ store, separate: true, env: OFFERED })
  const [app, otherApp] = await Promise.all([
    startRelyingParty(server, { client: { client_name: 'Reading List' } }),
    startRelyingParty(server, { client: { client_name: 'Photo Album' } }),
  ])
  return { server, app, otherApp }
}
