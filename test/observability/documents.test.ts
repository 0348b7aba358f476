import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { markdownTable } from '../documents/document.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { freePort } from '../support/service-process.ts'
import { scrape } from './scrape.ts'
import type { Scraped } from './scrape.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** A word of an expression that may be a metric: the functions and labels of PromQL have no such prefix. */
const METRIC = /\b(?:account_server|nodejs|process)_\w+/g
const OF_A_HISTOGRAM = /_(?:bucket|sum|count)$/
const ALERT = /^ {6}- alert: (\w+)$/gm
const RUNBOOK = /^ {10}runbook: (\S+)#(\S+)$/gm

describe('the documents of metrics', () => {
  let stage: Stage
  let scraped: Scraped

  before(async () => {
    const port = await freePort()
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_METRICS_PORT: String(port) } })
    await stage.send({ to: '/sign-in' })
    scraped = await scrape(port)
  })
  after(() => stage?.stop())

  it('have a table of every metric, as the server describes it', () => {
    const described = stage.parts.prometheus?.described() ?? []
    expect(described).to.have.length.above(12)
    const rows = described.map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(', ') || '–',
      help,
    ])
    const table = markdownTable(['Metric', 'Type', 'Labels', 'Meaning'], rows)
    expect(read('docs/observability.md'), `docs/observability.md has no:\n${table}\n`).to.contain(table)
  })

  it('describe what is really read', () => {
    for (const { name, type, help } of stage.parts.prometheus?.described() ?? []) {
      expect(scraped.types.get(name), name).to.equal(type)
      expect(scraped.helps.get(name), name).to.equal(help)
    }
  })

  it('name metrics by the conventions of Prometheus', () => {
    for (const { name, type, labels, help } of stage.parts.prometheus?.described() ?? []) {
      expect(name, name).to.match(/^account_server_[a-z_]+$/)
      expect(name.endsWith('_total'), name).to.equal(type === 'counter')
      if (type === 'histogram') expect(name).to.match(/_seconds$/)
      expect(help, name).to.match(/^[A-Z].*\.$/)
      for (const label of labels) expect(label, name).to.match(/^[a-z_]+$/)
    }
  })

  for (const file of ['alerts.yaml', 'grafana-dashboard.json'])
    it(`${file} uses only metrics that are there`, () => {
      const names = new Set(read(`deploy/observability/${file}`).match(METRIC))
      expect(names.size).to.be.above(8)
      const unknown = [...names].filter((name) => !isThere(name))
      expect(unknown).to.eql([])
    })

  it('say at each alert what to do, in a section that exists', () => {
    const text = read('deploy/observability/alerts.yaml')
    const alerts = [...text.matchAll(ALERT)].map(([, name]) => name)
    const runbooks = [...text.matchAll(RUNBOOK)].map(([, file = '', anchor = '']) => ({ file, anchor }))
    expect(alerts).to.have.length.above(8)
    expect(new Set(alerts).size).to.equal(alerts.length)
    expect(runbooks).to.have.length(alerts.length)
    for (const { file, anchor } of runbooks) expect(anchorsOf(read(file)), file).to.include(anchor)
  })

  it('have a dashboard, each panel with a title, an explanation and a query', () => {
    const { panels } = JSON.parse(read('deploy/observability/grafana-dashboard.json')) as Dashboard
    expect(panels).to.have.length.above(12)
    for (const { title, description, targets } of panels) {
      expect(
        [title, description].every((text) => text.length > 2),
        title,
      ).to.equal(true)
      expect(targets.length, title).to.be.above(0)
    }
  })

  function isThere(name: string): boolean {
    const histogram = name.replace(OF_A_HISTOGRAM, '')
    return scraped.types.has(name) || scraped.types.get(histogram) === 'histogram'
  }
})

type Dashboard = { panels: { title: string; description: string; targets: { expr: string }[] }[] }

function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#{2,4} (.+)$/gm)]
  return headings.map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}
