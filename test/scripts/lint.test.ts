import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const ROOT = join(import.meta.dirname, '..', '..')
// Beside the sources, because the lint reads types through the project's own tsconfig.json; not a file others look at.
const PROBE = join(ROOT, 'test', 'scripts', `lint-probe-${process.pid}.ts`)
const QUERY = "db('accounts').where({ id: '1' }).delete()"

function lint(text: string): { status: number | null; stdout: string } {
  writeFileSync(PROBE, text)
  const oxlint = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint')
  // This format has no colours, which FORCE_COLOR would put between the words of the others.
  return spawnSync(process.execPath, [oxlint, '--type-aware', '--deny-warnings', '--format', 'unix', PROBE], {
    cwd: ROOT,
    encoding: 'utf8',
  })
}

describe('lint', () => {
  afterEach(() => rmSync(PROBE, { force: true }))

  it('finds a query without await, which would silently do nothing, and no other', () => {
    const { status, stdout } = lint(`import type { Db } from '../../src/platform/sql/database.ts'

export async function probe(db: Db): Promise<void> {
  await ${QUERY}
  ${QUERY}
}
`)
    expect(status).to.equal(1)
    expect(stdout.match(/no-floating-promises/g), stdout).to.have.lengthOf(1)
    expect(stdout).to.match(/lint-probe-\d+\.ts:5:/)
  })
})
