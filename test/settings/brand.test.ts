import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { problemsOf, read } from './environment.ts'

describe('settings of the brand', () => {
  let folder: string
  const file = (name: string, content: string | Buffer) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const problemOf = (name: string, value: string) =>
    problemsOf({ [`ACCOUNT_SERVER_BRAND_${name}`]: value }).join('\n')

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'brand '))
  })
  after(() => rmSync(folder, { recursive: true }))

  it('refuse a colour that is hard to read, and name the ratio and one that would do', () => {
    expect(problemOf('COLOR', '#ffcc00')).to.match(
      /^ACCOUNT_SERVER_BRAND_COLOR: got "#ffcc00", which has a contrast of 1\.2\d:1 .* 4\.5:1 .*; #[0-9a-f]{6} has enough$/,
    )
    expect(problemOf('BACKGROUND', '#335577')).to.contain('BRAND_BACKGROUND: got "#335577", which has')
    expect(problemOf('COLOR_DARK', '#222222')).to.contain('#222222')
    expect(problemOf('COLOR', 'green')).to.contain('takes a colour as #rrggbb')
    expect(problemOf('COLOR', '#0B3D91')).to.equal('')
  })

  it('take a picture by its content, and say what is wrong with another file', () => {
    const svg = file('logo.png', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>')
    expect(read({ ACCOUNT_SERVER_BRAND_LOGO: svg }).brand.logo?.type).to.equal('image/svg+xml')
    expect(problemOf('LOGO', file('logo.svg', 'not a picture'))).to.contain('it is no PNG')
    expect(problemOf('LOGO', join(folder, 'missing.png'))).to.contain('cannot be read')
    const large = Buffer.concat([Buffer.from('\x89PNG\r\n\x1A\n', 'latin1'), Buffer.alloc(300_000)])
    expect(problemOf('FAVICON', file('large.png', large))).to.contain('256 KiB are the most')
  })

  it('take links to pages and to mail', () => {
    expect(problemOf('SUPPORT_URL', 'javascript:alert(1)')).to.contain('takes an http(s) address, or mailto:')
    expect(problemOf('SUPPORT_URL', 'mailto:help@example.com')).to.equal('')
    expect(problemOf('TERMS_URL', 'https://example.com/terms')).to.equal('')
  })
})
