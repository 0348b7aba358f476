/** Whether the settings to paste are those of the guides. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { kindOf, KINDS } from '../../src/admin/apps/kinds.ts'
import { fill, filledStacks, STACKS } from '../../src/admin/apps/stacks.ts'
import { parseClientMetadata } from '../../src/clients/client-rules.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'

const GUIDES = new URL('../../docs/integrations/', import.meta.url)
/** Guides for resource servers, and for clients that register by themselves. */
const OF_NO_APP = ['fastapi.md', 'mcp-python.md', 'mcp-typescript.md']
const FIXED = { issuer: 'https://id.example.org', app: 'https://app.example.org' }

describe('the settings to paste', () => {
  for (const { name, guide, text, callback = '' } of STACKS)
    if (guide)
      it(`are those of the guide for ${name}, line by line`, () => {
        const page = readFileSync(new URL(guide, GUIDES), 'utf8')
        const [, host = FIXED.app] = page.includes(FIXED.app)
          ? []
          : (/--redirect-uri (https:\/\/[^/]+)/.exec(page) ?? [])
        const app = host
        const dots = fill(text, { ...FIXED, app, client_id: '…', client_secret: '…', random: '…' })
        const names = fill(text, {
          ...FIXED,
          app,
          client_id: 'CLIENT_ID',
          client_secret: 'CLIENT_SECRET',
          random: '…',
        })
        const other = names.split('\n')
        const missing = dots
          .split('\n')
          .filter((line, at) => !page.includes(line) && !page.includes(other[at] ?? line))
        expect(missing).to.eql([])
        expect(page).to.contain(
          `--redirect-uri ${callback === '' ? 'http://localhost:8000' : app + callback}`,
        )
      })

  it('are there for every guide of an app', () => {
    const known = STACKS.flatMap(({ guide }) => guide ?? [])
    expect([...known, ...OF_NO_APP].toSorted()).to.eql(readdirSync(GUIDES).toSorted())
  })

  it('hold the values of the client, and say which address is not registered', () => {
    const client = { client_id: 'notes', redirect_uris: ['https://notes.example.com/cb'] }
    const given = { issuer: 'https://id.example.com', client, secret: 'the-secret' }
    const stacks = filledStacks('web', given)
    const passport = stacks.find(({ name }) => name.includes('passport'))
    expect(passport?.text).to.match(
      /^ISSUER=https:\/\/id\.example\.com\nCLIENT_ID=notes\nCLIENT_SECRET=the-secret\nAPP_URL=https:\/\/notes\.example\.com\n/,
    )
    expect(passport?.redirect).to.equal(undefined)
    const flask = stacks.find(({ name }) => name.includes('Flask'))
    expect(flask?.redirect).to.equal('https://notes.example.com/auth')
    for (const { name, text } of stacks) expect(text, name).to.not.match(/\{\w+\}/)
  })
})

describe('the kinds of apps that the guide knows', () => {
  const ANSWERS: Record<string, unknown> = {
    client_name: 'App',
    redirect_uris: ['https://app.example.com/callback'],
    post_logout_redirect_uris: [],
    allowed_resources: ['https://api.example.com/'],
    scope: 'notes:read',
    first_party: false,
  }

  for (const { name, asks, sets } of KINDS)
    it(`are different again: ${name}`, () => {
      const asked = Object.fromEntries(asks.map((field) => [field, ANSWERS[field]]))
      expect(kindOf(parseClientMetadata({ ...asked, ...sets } as ClientInput))).to.equal(name)
    })
})
