import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { Middleware } from 'koa'
import { createRenderer, createTemplates } from '../../src/http/render.ts'
import type { Render } from '../../src/http/render.ts'
import { requestState } from '../../src/http/request/request-state.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { loadCatalogue } from '../../src/words/catalogue.ts'
import { listen } from './loopback.ts'
import type { Loopback } from './loopback.ts'

describe('http/render', () => {
  const viewsDir = mkdtempSync(path.join(tmpdir(), 'views-'))
  const view = (name: string, text: string) => writeFileSync(path.join(viewsDir, `${name}.ejs`), text)
  const common = { serviceName: 'Accounts', styleHref: '/s.css' }
  const render: Render = createRenderer(createTemplates(viewsDir, loadCatalogue(), common), {
    secure: false,
    clock: systemClock,
  })
  let app: Loopback | undefined
  const start = async (middleware: Middleware) => {
    app = await listen([middleware])
    return app.url
  }

  before(() => {
    mkdirSync(path.join(viewsDir, 'partials'))
    mkdirSync(path.join(viewsDir, 'pages'))
    view('partials/head', '<link href="<%= styleHref %>"><title><%= title %></title>')
    view(
      'pages/hello',
      "<%- include('/partials/head', { title: 'Hi' }) %><%= serviceName %> <%= name %> <%= csrfToken %> <%= account %>",
    )
    view('pages/raw', '<%- name %>')
    view('partials/raw', '<%- name %>')
    view('pages/raw-partial', "<%- include('../partials/raw') %>")
  })
  afterEach(async () => {
    await app?.close()
  })
  after(() => rmSync(viewsDir, { recursive: true }))

  it('sets the page with type, status and no-store, and what every page has', async () => {
    const url = await start((ctx) => {
      requestState(ctx).csrfToken = 'tok'
      requestState(ctx).account = 'ann'
      render(ctx, 'pages/hello', { name: 'you' }, 201)
    })
    const response = await fetch(url)
    expect(response.status).to.equal(201)
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).to.equal('no-store')
    expect(await response.text()).to.equal('<link href="/s.css"><title>Hi</title>Accounts you tok ann')
  })

  it('escapes everything, in attributes too [S-3.6]', async () => {
    const url = await start((ctx) => render(ctx, 'pages/hello', { name: `<script>alert("x&y'")</script>` }))
    expect(await (await fetch(url)).text()).to.contain(
      '&lt;script&gt;alert(&#34;x&amp;y&#39;&#34;)&lt;/script&gt;',
    )
  })

  it('takes names that ejs has options for as mere data [S-3.7]', async () => {
    const hostile = {
      name: 'you',
      delimiter: '?',
      client: true,
      escape: '(x) => x',
      escapeFunction: '1;throw 1',
      outputFunctionName: 'x;throw 1;//',
      destructuredLocals: ['x;throw 1;//'],
      settings: { 'view options': { delimiter: '?', client: true } },
      filename: '/etc/passwd',
      cache: false,
    }
    const url = await start((ctx) => render(ctx, 'pages/hello', hostile))
    expect(await (await fetch(url)).text()).to.contain('Accounts you')
  })

  it('refuses unescaped output in a page and in what it includes', async () => {
    for (const name of ['pages/raw', 'pages/raw-partial']) {
      expect(() => render(bare() as never, name, { name: '<b>' }), name).to.throw(
        /raw\.ejs writes unescaped output/,
      )
    }
  })

  it('refuses names that are no view of ours', () => {
    for (const name of [
      '../secret',
      '/etc/passwd',
      'pages/../../x',
      'pages/hello.ejs',
      'pages\\hello',
      '',
      'Pages/hello',
    ]) {
      expect(() => render(bare() as never, name), name).to.throw(/not a view name/)
    }
  })

  it('leaves the answer unchanged when the template fails', () => {
    const ctx = bare()
    expect(() => render(ctx as never, 'pages/hello', {})).to.throw(/name is not defined/)
    expect(ctx).to.include({ status: 404, body: undefined })
  })
})

function bare() {
  return {
    method: 'GET',
    url: '/',
    state: {},
    status: 404,
    body: undefined,
    cookies: { get: () => undefined },
  }
}
