import { expect } from 'chai'
import { z } from 'zod'
import { itemsOf } from '../../../src/command-line/api-pages.ts'
import type { Api } from '../../../src/command-line/api.ts'

describe('a list of several pages on the command line', () => {
  const pages: Record<string, { items: number[]; next?: string }> = {
    first: { items: [1, 2], next: 'second' },
    second: { items: [3], next: 'third' },
    third: { items: [4] },
  }
  const asked: string[] = []
  const api = {
    call: async (_id: string, _schema: unknown, { query = {} }: { query?: Record<string, unknown> }) => {
      const name = typeof query['cursor'] === 'string' ? query['cursor'] : 'first'
      asked.push(name)
      return pages[name]
    },
  } as unknown as Api
  beforeEach(() => void asked.splice(0))

  it('goes on after a short page', async () => {
    expect(await itemsOf(api, 'listAccounts', z.number())).to.eql({ items: [1, 2, 3, 4], next: undefined })
    expect(asked).to.eql(['first', 'second', 'third'])
  })

  it('ends at a short page where that took the server long, and says how to go on', async () => {
    const wanted = { after: 'first', most: 2, endsAtShortPage: true }
    expect(await itemsOf(api, 'listAccounts', z.number(), wanted)).to.eql({ items: [1, 2], next: 'second' })
    const more = { ...wanted, after: 'second', most: 9 }
    expect(await itemsOf(api, 'listAccounts', z.number(), more)).to.eql({ items: [3], next: 'third' })
    expect(asked).to.eql(['first', 'second'])
  })
})
