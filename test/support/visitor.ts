/** A browser without a screen: keeps cookies as one does, follows redirects, and fills the forms of our pages. */

export type Visited = {
  status: number
  /** Where this answer came from, after redirects. */
  url: URL
  headers: Headers
  text: string
  /** The page's first heading. */
  heading: string
  /** The redirects that led here, the first one first. */
  through: Visited[]
}

export type VisitOptions = {
  headers?: Record<string, string>
  /** False: a redirect is the answer. Redirects to other origins are never followed. */
  follow?: boolean
}

export type Visitor = ReturnType<typeof createVisitor>

const MAX_REDIRECTS = 15

type Cookie = { name: string; value: string; path: string }

/** How a visitor reaches the server. */
type Fetch = (address: string, init: Init) => Promise<Response>
type Init = { method?: string; headers?: Record<string, string>; redirect?: 'manual' }

/**
 * A visitor of the server at `issuer`, with an empty cookie jar; `always` are headers of every request. `reach` takes the
 * place of `fetch`.
 */
export function createVisitor(issuer: string, always: Record<string, string> = {}, reach: Fetch = fetch) {
  const jar = new Map<string, Cookie>()

  async function send(
    url: URL,
    init: RequestInit,
    { headers, follow = true }: VisitOptions,
  ): Promise<Visited> {
    let next: { url: URL; init: RequestInit } = { url, init }
    const through: Visited[] = []
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const visited = { ...(await once(next.url, next.init, headers)), through }
      const location = visited.headers.get('location')
      const target = location && URL.parse(location, next.url)
      if (!follow || !target || target.origin !== new URL(issuer).origin) return visited
      through.push({ ...visited, through: [] })
      next = { url: target, init: { method: 'GET' } }
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects, the last to ${next.url.href}`)
  }

  async function once(
    url: URL,
    init: RequestInit,
    headers: Record<string, string> = {},
  ): Promise<Omit<Visited, 'through'>> {
    const cookie = cookiesFor(url.pathname)
    const answer = await reach(url.href, {
      ...init,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...always,
        ...(cookie ? { cookie } : {}),
        ...(init.headers as object),
        ...headers,
      },
    })
    for (const line of answer.headers.getSetCookie()) keep(line, url.pathname)
    // A line may break there, and nothing else.
    const text = (await answer.text()).replaceAll('<wbr>', '')
    const heading = plain(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(text)?.[1] ?? '')
    return { status: answer.status, url, headers: answer.headers, text, heading }
  }

  function cookiesFor(path: string): string {
    return [...jar.values()]
      .filter((cookie) => path === cookie.path || path.startsWith(cookie.path.replace(/\/?$/, '/')))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  function keep(line: string, requestPath: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/)
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(pair.indexOf('=') + 1)
    const attribute = (wanted: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
    const path = attribute('path') ?? requestPath.replace(/\/[^/]*$/, '/')
    const expires = attribute('expires')
    const over = attribute('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now())
    if (over) jar.delete(`${name} ${path}`)
    else jar.set(`${name} ${path}`, { name, value, path })
  }

  const get = (path: string | URL, options: VisitOptions = {}) =>
    send(new URL(path, issuer), { method: 'GET' }, options)

  /** Posts a form as a browser does from one of our own pages. */
  const post = (path: string | URL, form: Record<string, string>, options: VisitOptions = {}) =>
    send(
      new URL(path, issuer),
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: issuer },
        body: new URLSearchParams(form).toString(),
      },
      options,
    )

  /** The same for a form with a file. */
  const upload = (path: string | URL, form: FormData, options: VisitOptions = {}) =>
    send(new URL(path, issuer), { method: 'POST', headers: { origin: issuer }, body: form }, options)

  return {
    issuer,
    get,
    post,
    upload,
    /**
     * Sends a form of `page` with its hidden fields (`_csrf` among them) and these: the only one, or the one with
     * `action` in its address.
     */
    followForm(
      page: Visited,
      fields: Record<string, string> = {},
      { action, ...options }: VisitOptions & { action?: string } = {},
    ): Promise<Visited> {
      const forms = formsOf(page.text)
      const form = action === undefined ? forms[0] : forms.find((one) => one.action.includes(action))
      if (!form)
        throw new Error(`no form ${action ?? ''} on ${page.url.href} (${page.status}, "${page.heading}")`)
      return post(new URL(form.action, page.url), { ...form.hidden, ...fields }, options)
    },
    /** Signs in to the account page. */
    async signIn({ email, password }: { email: string; password: string }): Promise<Visited> {
      return this.followForm(await get('/sign-in'), { email, password })
    },
    cookies: (): Cookie[] => [...jar.values()],
    cookie: (name: string) => [...jar.values()].find((cookie) => cookie.name === name)?.value,
    setCookie: (name: string, value: string, path = '/') =>
      void jar.set(`${name} ${path}`, { name, value, path }),
    clearCookies: () => jar.clear(),
  }
}

type Form = { action: string; hidden: Record<string, string> }

/** The forms of a page, in their order. */
export function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, opening = '', inner = '']) => {
    const inputs = [...inner.matchAll(/<input\b([^>]*)>/g)].map(([, attributes = '']) => attributes)
    const hidden = inputs.filter((attributes) => /type="hidden"/.test(attributes))
    return {
      action: attributeOf(opening, 'action'),
      hidden: Object.fromEntries(hidden.map((one) => [attributeOf(one, 'name'), attributeOf(one, 'value')])),
    }
  })
}

function attributeOf(attributes: string, name: string): string {
  return unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')
}

function plain(html: string): string {
  return unescape(html.replace(/<[^>]*>/g, ''))
    .replace(/\s+/g, ' ')
    .trim()
}

function unescape(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string) =>
    code ? String.fromCodePoint(Number(code)) : (named[name] ?? whole),
  )
}
