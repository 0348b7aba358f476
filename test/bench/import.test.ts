import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'

describe('node bench/import.ts', () => {
  it('names the formats when it is given another one', () => {
    const script = join(import.meta.dirname, '../../bench/import.ts')
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '1', 'cvs'], { encoding: 'utf8' })
    expect({ status, stdout }).to.eql({ status: 1, stdout: '' })
    expect(stderr).to.contain(
      'got "cvs", takes csv, factors, groups, ndjson, auth0, logto, keycloak, firebase',
    )
  })
})
