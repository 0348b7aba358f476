/** A private Caddy with one of our Caddyfiles: ports, folders and certificates are of a test. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, findBinary } from '../../scripts/find-binary.mjs'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { dataFolder, freePort, launch, outerEnvironment } from './service-process.ts'
import { replaced } from './replaced.ts'

export const HOST = 'accounts.example.com'

/** `deploy/small/Caddyfile` in front of a server on this port, with a certificate that nobody has to fetch. */
export async function startSmallCaddy(behind: number) {
  const { cert, key } = makeCertificate({ names: { dns: [HOST] } })
  const folder = dataFolder('caddy')
  writeFileSync(join(folder, 'cert.pem'), cert)
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 })
  const [plainPort, port] = await Promise.all([freePort(), freePort()])
  const site = ofProject('deploy/small/Caddyfile', [
    [`${HOST} {`, `${HOST} {\ntls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}`],
    ['127.0.0.1:8700', `127.0.0.1:${behind}`],
  ])
  const general = `{\nadmin off\nhttp_port ${plainPort}\nhttps_port ${port}\n}\n`
  return { plainPort, port, ...(await startCaddy(folder, general + site, [plainPort, port])) }
}

/** `deploy/Caddyfile`, which compose.yaml uses, in front of two servers. */
export async function startComposedCaddy([first, second]: readonly number[]) {
  const port = await freePort()
  const site = ofProject('deploy/Caddyfile', [
    [':8080 {', `:${port} {`],
    ['server-1:8700', `127.0.0.1:${first}`],
    ['server-2:8700', `127.0.0.1:${second}`],
  ])
  return { port, ...(await startCaddy(dataFolder('caddy'), site, [port])) }
}

const ofProject = (file: string, pairs: [string, string][]) =>
  replaced(readFileSync(join(ROOT, file), 'utf8'), pairs)

async function startCaddy(folder: string, text: string, ports: number[]) {
  const program = findBinary('caddy')
  if (!program) throw new Error('there is no Caddy: node scripts/services.mjs caddy')
  const config = join(folder, 'Caddyfile')
  writeFileSync(config, text)
  const env = { ...outerEnvironment(), HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const args = ['run', '--adapter', 'caddyfile', '--config', config]
  const { stop } = await launch({ command: program, args, ports, env })
  return { stop }
}
