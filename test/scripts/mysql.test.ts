import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { mysqlCommand, mysqlRoot } from '../../scripts/mysql.mjs'
import { withProgress } from '../../scripts/step.mjs'
import { dataFolder, pause } from '../support/service-process.ts'

describe('the MySQL of npm test -- --mysql', () => {
  it('is kept in the cache of the user, which all clones share', () => {
    expect(mysqlRoot({ XDG_CACHE_HOME: '/cache' })).to.equal(`/cache/account-server/mysql-${process.arch}`)
    expect(mysqlRoot({})).to.match(/\/\.cache\/account-server\/mysql-\w+$/)
  })

  it('counts as there only with its program and the C library that runs it', () => {
    const root = dataFolder('mysql-root')
    expect(mysqlCommand(root)).to.equal(undefined)
    mkdirSync(join(root, 'usr/sbin'), { recursive: true })
    writeFileSync(join(root, 'usr/sbin/mysqld'), '')
    expect(mysqlCommand(root)).to.equal(undefined)
    mkdirSync(join(root, 'usr/lib64'), { recursive: true })
    const loader = process.arch === 'arm64' ? 'ld-linux-aarch64.so.1' : 'ld-linux-x86-64.so.2'
    writeFileSync(join(root, 'usr/lib64', loader), '')
    const command = mysqlCommand(root) ?? []
    expect(command[0]).to.equal(join(root, 'usr/lib64', loader))
    expect(command).to.include(join(root, 'usr/sbin/mysqld'))
  })
})

describe('a step that takes long', () => {
  it('says in a log that it goes on', async () => {
    let written = ''
    const out = { write: (text: string) => (written += text) }
    const work = () => pause(55).then(() => 'done')
    expect(await withProgress('Installing …', work, { out, everyMs: 10 })).to.equal('done')
    expect(written).to.match(/^Installing …\n(?: {2}… \d+ s\n)+$/)
  })
})
