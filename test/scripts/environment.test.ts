import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { environmentFor } from '../../scripts/environment.mjs'
import { dataFolder } from '../support/service-process.ts'

describe('the environment of npm scripts', () => {
  const folder = dataFolder('environment')
  const certificates = join(folder, 'ca.pem')
  writeFileSync(certificates, 'certificates')

  const withDotEnv = (line: string, given: Record<string, string> = {}) => {
    writeFileSync(join(folder, '.env'), `ACCOUNT_SERVER_PORT=1\n${line}\n`)
    return environmentFor('/usr/bin/node', given, folder)
  }

  for (const line of [
    `NODE_EXTRA_CA_CERTS=${certificates}`,
    `NODE_EXTRA_CA_CERTS = "${certificates}" # the suite`,
    `export NODE_EXTRA_CA_CERTS='${certificates}'`,
  ])
    it(`hands NODE_EXTRA_CA_CERTS of .env on, which Node reads when it starts: ${line.slice(0, 22)}`, () => {
      expect(withDotEnv(line)).to.include({ NODE_EXTRA_CA_CERTS: certificates })
    })

  it('prefers the variable that is set, and leaves one out that is not', () => {
    const other = join(folder, '.env')
    const given = { NODE_EXTRA_CA_CERTS: other }
    expect(withDotEnv(`NODE_EXTRA_CA_CERTS=${certificates}`, given)).to.include(given)
    expect(withDotEnv('# NODE_EXTRA_CA_CERTS=/nowhere')).not.to.have.property('NODE_EXTRA_CA_CERTS')
  })

  it('refuses certificates that are not there, by name', () => {
    expect(() => withDotEnv('NODE_EXTRA_CA_CERTS=/nowhere/ca.pem')).to.throw(
      'NODE_EXTRA_CA_CERTS: there is no file /nowhere/ca.pem',
    )
  })
})
