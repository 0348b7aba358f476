import { readFileSync, readdirSync } from 'node:fs'
import { expect } from 'chai'
import { loadCatalogue } from '../../src/words/catalogue.ts'
import type { Message } from '../../src/words/message.ts'
import { renderSample } from './render-sample.ts'
import { samplePages } from './sample-pages.ts'

const english = loadCatalogue().in('en')
const viewsFolder = new URL('../../views/', import.meta.url)
/** Shows the API by scripts of its own: test/pages/docs. */
const WITH_SCRIPTS = 'docs.ejs'
const administration = readdirSync(new URL('admin/', viewsFolder)).map((name) => `admin/${name}`)
const templates = [...readdirSync(viewsFolder), ...administration].filter(
  (name) => name.endsWith('.ejs') && name !== WITH_SCRIPTS,
)
const partials = readdirSync(new URL('partials/', viewsFolder)).map((name) => `partials/${name}`)
/** The scripts of `public/`, which the content policy allows on the pages that ask for them, and pictures as the views write them. */
const withoutOwn = (html: string) =>
  html
    .replaceAll(/<script src="\/assets\/[\w.-]+" defer><\/script>/g, '')
    .replaceAll(/<img src="[^"<>]*" alt="" width="\d+" height="\d+"(?: data-initial="[^"<>]*")?>/g, '')
const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1)`

describe('page templates', () => {
  it('each have a sample that the tests below render', () => {
    const covered = new Set(samplePages.map(({ page }) => `${page}.ejs`))
    expect(templates.length).to.be.greaterThan(20)
    expect([...covered].toSorted()).to.deep.equal(templates.toSorted())
  })

  it('begin with a comment that lists their locals', () => {
    for (const name of [...templates, ...partials]) {
      const opening = readFileSync(new URL(name, viewsFolder), 'utf8').split('%>')[0] ?? ''
      expect(opening, name).to.match(/^<%#[^]*locals:/)
    }
  })

  it('write raw text only by including another template', () => {
    for (const name of [...templates, ...partials]) {
      const source = readFileSync(new URL(name, viewsFolder), 'utf8')
      expect(source.replaceAll(/<%- include\('/g, ''), name).not.to.include('<%-')
    }
  })

  for (const sample of samplePages) {
    describe(`${sample.page} (${sample.state})`, () => {
      it('is a complete page in a language, with a title, a viewport, one main and one heading', () => {
        const html = renderSample(sample)
        expect(html).to.match(/^<!doctype html>\n<html lang="en">/)
        const heading = plain(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(html)?.[1] ?? '')
        const title = plain(/<title>([\s\S]*?)<\/title>/.exec(html)?.[1] ?? '')
        const expected = sample.page === 'home' ? 'Account Server' : `${heading} · Account Server`
        expect(title.replace('Error: ', '')).to.equal(expected)
        expect(html).to.include('width=device-width, initial-scale=1"')
        expect(html.match(/<main[ >]/g)).to.have.length(1)
        expect(html.match(/<h1[ >]/g)).to.have.length(1)
        expect(html.trimEnd()).to.match(/<\/html>$/)
        expect(html).not.to.match(/undefined|\[object|NaN/)
      })

      it('needs nothing that a strict content policy refuses', () => {
        const html = renderSample(sample)
        expect(
          tagsOf(withoutOwn(html)).filter((tag) =>
            /^<(script|style|iframe|img|object)|\s(style|on\w+)\s*=/i.test(tag),
          ),
        ).to.be.empty
        expect(tagsOf(html).filter((tag) => /(src|href|action)="(javascript|data):/i.test(tag))).to.be.empty
      })

      it('ties every visible input to a label and every description to an element', () => {
        const html = renderSample(sample)
        for (const input of tagsOf(html).filter(
          (tag) => tag.startsWith('<input') && !tag.includes('type="hidden"'),
        )) {
          expect(html, input).to.include(`<label for="${attribute(input, 'id')}">`)
          expect(attribute(input, 'autocomplete'), input).not.to.equal(undefined)
          for (const id of attribute(input, 'aria-describedby')?.split(' ') ?? [])
            expect(html, id).to.include(`id="${id}"`)
        }
        const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
        expect(new Set(ids).size).to.equal(ids.length)
      })

      it('posts every form with the csrf token when there is one, and without a field when there is none', () => {
        const forms = formsOf(renderSample(sample))
        // An answer to an app goes to another site, which must not get the token.
        if (sample.page === 'send-form') return void expect(forms.join()).not.to.include('_csrf')
        for (const form of forms) {
          // A search changes nothing, and its address can be kept.
          if (/^<form method="get" [^>]*role="search"/.test(form)) {
            expect(form).not.to.include('_csrf')
            continue
          }
          expect(form).to.match(/^<form[^>]* method="post" action="\/[^"]*"/)
          expect(form).to.include('<input type="hidden" name="_csrf" value="sample-csrf">')
        }
        expect(renderSample(sample, { csrfToken: undefined })).not.to.include('_csrf')
      })

      it('escapes hostile text in every local', () => {
        const poisoned = poison(sample.locals) as Record<string, unknown>
        const html = withoutOwn(
          renderSample({ ...sample, locals: poisoned }, { serverName: hostile, title: hostile }),
        )
        expect(html).not.to.include('<script')
        expect(html).not.to.include('<img')
        expect(tagsOf(html).filter((tag) => /\sonerror=/.test(tag.replaceAll(/"[^"]*"/g, '""')))).to.be.empty
      })
    })
  }

  it('mark a wrong field for assistive technology, and put the focus on the first one', () => {
    const html = renderState('register', 'wrong')
    expect(html).to.include('<title>Error: ')
    const email = tagsOf(html).find((tag) => tag.includes('id="field-email"')) ?? ''
    expect(attribute(email, 'aria-invalid')).to.equal('true')
    expect(attribute(email, 'aria-describedby')).to.equal('field-email-error field-email-hint')
    expect(tagsOf(html).filter((tag) => / autofocus/.test(tag))).to.deep.equal([email])
  })

  it('show each error once: at its field, or above the form when it is about the whole form', () => {
    const wrong = samplePages.flatMap((sample) =>
      Object.entries((sample.locals['errors'] ?? {}) as Record<string, Message>).map(
        ([field, message]) => [sample, field, english(message)] as const,
      ),
    )
    expect(wrong.length).to.be.above(5)
    for (const [sample, field, message] of wrong) {
      const what = `${sample.page} (${sample.state}): ${field}`
      const html = renderSample(sample).replaceAll('&#39;', "'")
      expect(html.split(message), what).to.have.length(2)
      if (field === '' || field === 'form') expect(html, what).to.match(/role="alert"/)
      else expect(html, what).to.include(`id="field-${field}-error">${message}`)
    }
  })

  it('put the focus on one element at most', () => {
    for (const sample of samplePages) {
      const focused = tagsOf(renderSample(sample)).filter((tag) => / autofocus/.test(tag))
      expect(focused.length, `${sample.page} (${sample.state})`).to.be.at.most(1)
    }
  })

  it('never write a password back', () => {
    const html = renderState('sign-in', 'wrong', {
      values: { email: 'a@example.com', password: 'secret words' },
    })
    expect(html).not.to.include('secret words')
  })

  it('name their fields as password managers expect', () => {
    const kinds = (page: string, state: string) =>
      [...renderState(page, state).matchAll(/ autocomplete="([^"]*)"/g)].map(([, kind]) => kind)
    expect(kinds('sign-in', 'empty')).to.deep.equal(['username', 'current-password'])
    expect(kinds('sign-in', 'known')).to.deep.equal(['username', 'current-password'])
    expect(kinds('register', 'empty')).to.deep.equal(['name', 'username', 'new-password'])
    expect(kinds('activate', 'new-password')).to.deep.equal(['one-time-code', 'name', 'new-password'])
    expect(kinds('reset', 'same-browser')).to.deep.equal(['username', 'new-password'])
    expect(kinds('account-password', 'wrong')).to.deep.equal(['username', 'current-password', 'new-password'])
  })

  it('link to an address of a client only if it is http or https', () => {
    const client = {
      name: 'App',
      clientUri: 'javascript:alert(1)',
      policyUri: 'data:text/html,x',
      tosUri: 'ftp://x/',
    }
    expect(renderState('consent', 'full', { client })).not.to.match(/href="(javascript|data|ftp):/)
    expect(
      renderState('signed-out', 'client', { client: { name: 'App', uri: 'javascript:x' } }),
    ).not.to.include('javascript')
  })
})

function renderState(page: string, state: string, extra: Record<string, unknown> = {}): string {
  const sample = samplePages.find((candidate) => candidate.page === page && candidate.state === state)
  if (!sample) throw new Error(`no sample ${page} (${state})`)
  return renderSample(sample, extra)
}

function tagsOf(html: string): string[] {
  return html.match(/<[a-z][^>]*>/gi) ?? []
}

function formsOf(html: string): string[] {
  return html.match(/<form[^]*?<\/form>/g) ?? []
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
}

function poison(value: unknown): unknown {
  if (typeof value === 'string') return hostile
  if (Array.isArray(value)) return value.map(poison)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poison(inner)]))
}

function plain(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
