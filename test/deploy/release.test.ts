import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { ROOT } from '../../scripts/find-binary.mjs'

type Step = { name?: string; uses?: string; run?: string; with?: Record<string, unknown> }
type Workflow = {
  on: { push: { tags: string[] } }
  permissions: object
  jobs: Record<string, { permissions: Record<string, string>; steps: Step[] }>
}

const workflow = parse(readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8')) as Workflow
const { permissions, steps } = workflow.jobs['image']!
const at = (wanted: (step: Step) => boolean) => steps.findIndex(wanted)

describe('the job that releases', () => {
  it('runs for a version alone, and only what is pinned to a commit', () => {
    expect(workflow.on).to.eql({ push: { tags: ['[0-9]+.[0-9]+.[0-9]+'] } })
    const used = steps.flatMap(({ uses }) => uses ?? [])
    expect(used).to.have.length.above(5)
    for (const action of used) expect(action).to.match(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
  })

  it('may write what it releases, and nothing else', () => {
    expect(workflow.permissions).to.eql({ contents: 'read' })
    expect(permissions).to.eql({ contents: 'write', packages: 'write', 'id-token': 'write', actions: 'read' })
  })

  it('builds the image, then signs it and its list of parts by digest, and checks the signature', () => {
    const tested = at(({ run = '' }) => run.includes('gh run list --workflow ci.yml'))
    const built = at(({ uses = '' }) => uses.startsWith('docker/build-push-action@'))
    const signed = at(({ run = '' }) => run.includes('cosign sign --yes "$IMAGE@$DIGEST"'))
    const checked = at(({ run = '' }) => run.includes('cosign verify "$IMAGE@$DIGEST"'))
    const released = at(({ run = '' }) => run.includes('gh release create'))
    const order = [tested, built, signed, checked, released]
    expect(order)
      .to.eql(order.toSorted((a, b) => a - b))
      .and.not.include(-1)
    expect(steps[built]?.with).to.deep.include({
      context: '.',
      push: true,
      sbom: true,
      provenance: 'mode=max',
    })
    expect(steps.some(({ run = '' }) => run.startsWith('npm sbom --omit=dev'))).to.equal(true)
    expect(steps[signed]?.run).to.contain('cosign attest --yes --type cyclonedx --predicate sbom.cdx.json')
  })
})
