import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const ROOT = join(import.meta.dirname, '..', '..')
// Beside the sources, because the lint reads types through the project's own tsconfig.json; not a file others look at.
const PROBE = join(ROOT, 'test', 'scripts', `lint-probe-${process.pid}.ts`)

function lint(line: string): { status: number | null; stdout: string } {
  writeFileSync(
    PROBE,
    `import type { Db } from '../../src/platform/sql/database.ts'

export async function probe(db: Db): Promise<void> {
  ${line}
}
`,
  )
  const oxlint = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint')
  return spawnSync(process.execPath, [oxlint, '--type-aware', '--deny-warnings', PROBE], {
    cwd: ROOT,
    encoding: 'utf8',
  })
}

describe('lint', () => {
  afterEach(() => rmSync(PROBE, { force: true }))

  it('accepts a query that is awaited', () => {
    const { status, stdout } = lint(`await db('accounts').where({ id: '1' }).delete()`)
    expect(status, stdout).to.equal(0)
  })

  it('finds a query without await, which would silently do nothing', () => {
    const { status, stdout } = lint(`db('accounts').where({ id: '1' }).delete()`)
    expect(status).to.equal(1)
    expect(stdout).to.include('no-floating-promises')
  })
})
