import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT, findBinary } from '../../scripts/find-binary.mjs'
import { dataFolder, runToEnd } from '../support/service-process.ts'

const FOLDER = join(ROOT, 'deploy/systemd')
const UNITS = readdirSync(FOLDER)
const SERVICES = UNITS.filter((name) => name.endsWith('.service'))
/** Of 10: what `systemd-analyze security` gives a service that may do nearly nothing; in tenths, as its threshold is. */
const MOST_EXPOSURE = 15

const read = (unit: string) => readFileSync(join(FOLDER, unit), 'utf8')

describe('the units of systemd', () => {
  it('start programs that are there, as a user of their own', () => {
    expect(SERVICES).to.have.length(3)
    for (const unit of SERVICES) {
      const [, program = '', first = ''] = /^ExecStart=(\S+) (\S+)/m.exec(read(unit)) ?? []
      expect(['/usr/bin/node', '/bin/sh'], unit).to.include(program)
      expect(readFileSync(join(ROOT, first), 'utf8'), unit).to.not.equal('')
      expect(read(unit), unit).to.match(/^User=account-server$/m)
    }
  })

  it('give a server longer than it takes to drain', () => {
    for (const unit of ['account-server.service', 'account-server-worker.service'])
      expect(read(unit), unit).to.match(/^TimeoutStopSec=30$/m)
  })

  it('are accepted by systemd, and leave a service that is taken over next to nothing', async function () {
    const analyze = findBinary('systemd-analyze')
    if (!analyze) return void process.stdout.write('    systemd-analyze did not run: systemd is not here\n')
    const copies = dataFolder('systemd')
    // An operator has Node at /usr/bin; here it may lie in a folder with a blank in its name.
    for (const unit of UNITS)
      writeFileSync(join(copies, unit), read(unit).replace('/usr/bin/node', `"${process.execPath}"`))
    await runToEnd(analyze, ['verify', '--man=no', ...UNITS.map((unit) => join(copies, unit))])
    for (const unit of SERVICES)
      await runToEnd(analyze, [
        'security',
        '--offline=true',
        `--threshold=${MOST_EXPOSURE}`,
        join(copies, unit),
      ])
  })
})
