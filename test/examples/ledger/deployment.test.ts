import { execFile } from 'node:child_process'
import { globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { ensureRegistered } from '../../../examples/ledger/registration.ts'
import { readCredentials, readSettings } from '../../../examples/ledger/settings.ts'
import { startServer } from '../../support/running-server.ts'
import { dataFolder } from '../../support/service-process.ts'

const HOME = join(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(HOME, file), 'utf8')
const run = promisify(execFile)

describe('the ledger, deployed', () => {
  it('is in compose: on the network of the proxy, which publishes its port, after its registration', () => {
    const services = new Map(
      read('compose.yaml')
        .split(/^(?=\S)/m)
        .filter((part) => part.startsWith('services:'))
        .flatMap((part) => part.split(/^ {2}(?=[a-z\d-]+:$)/m))
        .map((block) => [block.slice(0, block.indexOf(':')), block]),
    )
    const ledger = services.get('ledger')
    expect(ledger).to.contain('build: { context: ./examples, dockerfile: ledger/Dockerfile }')
    expect(ledger).to.contain('network_mode: service:proxy')
    expect(ledger).to.contain('ledger-registration: { condition: service_completed_successfully }')
    expect(services.get('proxy')).to.contain("'8730:8730'")
    expect(ledger).to.contain("LEDGER_PORT: '8730'")
    // The registration writes the file that the image of the ledger reads.
    const folder = '/var/lib/ledger-registration'
    expect(ledger).to.contain(`ledger-registration:${folder}:ro`)
    expect(read('examples/ledger/Dockerfile')).to.contain(
      `LEDGER_CREDENTIALS_FILE=${folder}/credentials.json`,
    )
    const registration = services.get('ledger-registration')
    expect(registration).to.contain('/register-ledger.sh, /var/lib/account-server/credentials.json')
    expect(registration).to.contain('ledger-registration:/var/lib/account-server')
  })

  it('is registered by the script of compose, once, as its own start script does it', async () => {
    const server = await startServer({ store: 'sqlite' })
    const credentialsFile = join(dataFolder('ledger-registration'), 'credentials.json')
    const publicUrl = 'http://localhost:8730'
    const path = `${dirname(process.execPath)}:${process.env['PATH']}`
    const env = { ...server.env, PATH: path, LEDGER_PUBLIC_URL: publicUrl }
    const register = () => run('sh', ['deploy/register-ledger.sh', credentialsFile], { cwd: HOME, env })
    await register()
    const written = readFileSync(credentialsFile, 'utf8')
    await register()
    expect(readFileSync(credentialsFile, 'utf8')).to.equal(written)
    expect(statSync(credentialsFile).mode & 0o777).to.equal(0o600)
    const given = { LEDGER_ISSUER: server.issuer, LEDGER_PUBLIC_URL: publicUrl }
    const settings = readSettings({ ...given, LEDGER_CREDENTIALS_FILE: credentialsFile })
    const again = await ensureRegistered(settings, () => Promise.reject(new Error('registered again')))
    expect(again).to.eql({ credentials: readCredentials(credentialsFile), changed: false })
    await server.stop()
  })

  it('has every package that it imports in its own package.json, in the release that the tests run', () => {
    const own = JSON.parse(read('examples/ledger/package.json')) as { dependencies: Record<string, string> }
    const root = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
    const files = globSync('examples/{ledger,jwt-middleware}/**/*.ts', { cwd: HOME }).filter(
      (file) => !file.includes('node_modules'),
    )
    expect(files.length).to.be.above(20)
    const imported = files.flatMap((file) =>
      [...read(file).matchAll(/^(?:import|\} from) .*?'([^.'][^']*)'$/gm)].map(([, name = '']) => name),
    )
    const packages = new Set(
      imported
        .filter((name) => !name.startsWith('node:'))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    )
    const installed = { ...root['dependencies'], ...root['devDependencies'] }
    for (const name of packages) {
      expect(own.dependencies[name], name).to.be.a('string')
      expect(installed[name], name).to.equal(own.dependencies[name])
    }
  })
})
