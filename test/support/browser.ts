/** A real browser on the running server: Chromium, each visit with cookies of its own. */
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { findChromium } from './services.ts'

/** Nothing a person waits for here takes longer; a page that does has failed. */
const STEP_WITHIN_MS = 60_000

const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=PasswordLeakDetection,OptimizationHints,MediaRouter',
  '--no-first-run',
  // Drawn by the processor in any case: a process for that is one more that works.
  '--disable-gpu',
  '--in-process-gpu',
]

const DEVICES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}

export type BrowserOptions = {
  /** By default true. */
  javaScript?: boolean
  /** By default a desktop. */
  device?: keyof typeof DEVICES
  /** True: a certificate that no authority issued is good enough. */
  selfSigned?: boolean
  /** By default the Chromium of this test process. */
  chromium?: Browser
}

/** Somebody's browser: its pages share cookies, and nothing with any other. */
export type OpenBrowser = {
  context: BrowserContext
  page: Page
  /** What the consoles of its pages reported: blocked content, broken scripts. Answers with an error status are not meant. */
  complaints: string[]
  /** Every address that its pages were at, or sent a form to. */
  addresses: string[]
}

let running: Promise<Browser> | undefined

/** One Chromium for the whole test process; it ends with it. One that died fails the test that used it, and none after it. */
export function chromiumOnce(): Promise<Browser> {
  running ??= launchOnce()
  return running
}

async function launchOnce(): Promise<Browser> {
  const browser = await launchChromium()
  browser.once('disconnected', () => (running = undefined))
  return browser
}

/** One more Chromium with options of its own. The caller closes it. */
export async function launchChromium(options: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium(), args: [...QUIET, ...options] })
}

/** A fresh browser with one open page. */
export async function openBrowser({
  javaScript = true,
  device = 'desktop',
  selfSigned: ignoreHTTPSErrors = false,
  chromium: given,
}: BrowserOptions = {}): Promise<OpenBrowser> {
  const browser = given ?? (await chromiumOnce())
  const context = await browser.newContext({
    javaScriptEnabled: javaScript,
    ignoreHTTPSErrors,
    ...DEVICES[device],
  })
  context.setDefaultTimeout(STEP_WITHIN_MS)
  const complaints: string[] = []
  context.on('console', (message) => {
    const expected = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !expected) complaints.push(message.text())
  })
  const addresses: string[] = []
  context.on('request', (request) => {
    if (request.isNavigationRequest()) addresses.push(request.url())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  return { context, page: await context.newPage(), complaints, addresses }
}
