/**
 * Somebody who answers access requests without a hand: signs in on the account's own pages, opens the page of requests
 * and presses the button there. It knows nothing that a browser with the password does not.
 */
import { createHash } from 'node:crypto'

export type Decision = 'allow' | 'deny'
export type Person = { issuer: string; email: string; password: string }

type Page = { url: URL; status: number; text: string }

const MAX_REDIRECTS = 10

export function createPerson({ issuer, email, password }: Person) {
  const browser = createBrowser(new URL(issuer).origin)

  async function openRequests(): Promise<Page> {
    const page = await browser.visit(new URL('/account/requests', issuer))
    const signIn = formsOf(page.text).find(({ action }) => action.includes('/sign-in'))
    return signIn ? browser.submit(page, signIn, { email, password }) : page
  }

  /**
   * Answers the request that the client polls with `authReqId`.
   * @throws Error when it is not on the page: unknown, answered, run out, or another person's
   */
  return async (authReqId: string, decision: Decision): Promise<void> => {
    const id = createHash('sha256').update(authReqId).digest('base64url')
    const find = (from: Page) => formsOf(from.text).find(({ hidden }) => hidden['id'] === id)
    let page = await openRequests()
    if (!find(page)) {
      // Either the last sign-in was too long ago, or the request is gone.
      browser.forget()
      page = await openRequests()
    }
    const form = find(page)
    if (!form) throw new Error(`no such request on ${page.url.href} (${page.status})`)
    const answered = await browser.submit(page, form, { decision })
    if (answered.status !== 200) throw new Error(`the answer was refused with ${answered.status}`)
  }
}

/** Keeps cookies and follows redirects, to `origin` alone. */
function createBrowser(origin: string) {
  const cookies = new Map<string, string>()

  async function visit(address: URL, init: RequestInit = {}): Promise<Page> {
    let next = { address, init }
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
      const headers = { accept: 'text/html', ...(next.init.headers as object), cookie }
      const answer = await fetch(next.address, { ...next.init, headers, redirect: 'manual' })
      for (const line of answer.headers.getSetCookie()) keep(line)
      const text = await answer.text()
      const location = answer.headers.get('location')
      if (!location) return { url: next.address, status: answer.status, text }
      next = { address: new URL(location, next.address), init: {} }
      if (next.address.origin !== origin) throw new Error(`sent away to ${location}`)
    }
    throw new Error('redirected without end')
  }

  function keep(line: string): void {
    const [pair = ''] = line.split(';')
    const name = pair.slice(0, pair.indexOf('='))
    const attributes = line.toLowerCase()
    const over = attributes.includes('; max-age=0') || attributes.includes('; expires=thu, 01 jan 1970')
    if (over) cookies.delete(name)
    else cookies.set(name, pair.slice(name.length + 1))
  }

  const submit = (page: Page, form: Form, fields: Record<string, string>) =>
    visit(new URL(form.action, page.url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin },
      body: new URLSearchParams({ ...form.hidden, ...fields }).toString(),
    })

  return { visit, submit, forget: () => cookies.clear() }
}

type Form = { action: string; hidden: Record<string, string> }

/** The forms of one of our pages: attributes in double quotes, entities as ejs writes them. */
function formsOf(html: string): Form[] {
  const forms = html.split('<form ').slice(1)
  return forms.map((form) => ({
    action: attributeOf(upTo(form, '>'), 'action'),
    hidden: Object.fromEntries(
      hiddenInputs(upTo(form, '</form>')).map((input) => [
        attributeOf(input, 'name'),
        attributeOf(input, 'value'),
      ]),
    ),
  }))
}

function hiddenInputs(form: string): string[] {
  const inputs = form.split('<input ').slice(1)
  return inputs.map((input) => upTo(input, '>')).filter((input) => input.includes('type="hidden"'))
}

function upTo(text: string, end: string): string {
  return text.split(end, 1)[0] ?? ''
}

function attributeOf(attributes: string, name: string): string {
  const raw = upTo(` ${attributes}`.split(` ${name}="`, 2)[1] ?? '', '"')
  return raw.replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}
