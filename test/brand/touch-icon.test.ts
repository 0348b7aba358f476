import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import Koa from 'koa'
import { brandRoutes } from '../../src/brand/brand.routes.ts'
import { readBrandFile } from '../../src/brand/brand-files.ts'
import type { BrandFile } from '../../src/brand/brand-files.ts'
import type { Brand } from '../../src/brand/brand.ts'
import { send } from '../provider/send.ts'

const PUBLIC = join(import.meta.dirname, '../../public')

function picture(name: string): BrandFile {
  const read = readBrandFile(join(PUBLIC, name))
  if ('fault' in read) throw new Error(read.fault)
  return read
}

describe('the icon of a brand on the home screen of a phone', () => {
  const [png, svg] = [picture('apple-touch-icon.png'), picture('favicon.svg')]
  const CASES: [string, Pick<Brand, 'icon' | 'logo'>, number][] = [
    ['is the icon', { icon: png, logo: svg }, 200],
    ['is the logo where the icon is no PNG', { icon: svg, logo: png }, 200],
    ['is none where neither is a PNG, and never that of this server', { icon: svg, logo: svg }, 404],
    ['is that of this server where there is no brand', {}, 418],
  ]
  for (const [title, brand, status] of CASES)
    it(title, async () => {
      const app = new Koa()
      app.use(brandRoutes({ name: 'Harbour', logoHasName: false, links: {}, colors: {}, ...brand } as Brand))
      app.use((ctx) => void (ctx.status = 418))
      const server = createServer((request, response) => void app.callback()(request, response))
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
      const { port } = server.address() as AddressInfo
      const answer = await send(`http://127.0.0.1:${port}`, { to: '/apple-touch-icon.png' })
      expect(answer.status, title).to.equal(status)
      if (status === 200) expect(answer.headers['content-type'], title).to.equal('image/png')
      await new Promise((closed) => server.close(closed))
    })
})
