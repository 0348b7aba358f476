/** A private nginx with `deploy/nginx.conf`: its names as they are, with ports, folders and certificates of a test. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, findBinary } from '../../scripts/find-binary.mjs'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { replaced } from './replaced.ts'
import { dataFolder, freePort, launch } from './service-process.ts'

export const HOST = 'accounts.example.com'
export const MTLS_HOST = `mtls.${HOST}`

/** In front of these ports. */
export async function startNginx(behind: number[]) {
  const program = findBinary('nginx')
  if (!program) throw new Error('there is no nginx: node scripts/services.mjs nginx')
  const folder = dataFolder('nginx')
  const [plainPort, port] = await Promise.all([freePort(), freePort()])
  const { cert, key } = makeCertificate({ names: { dns: [HOST, MTLS_HOST] } })
  writeFileSync(join(folder, 'cert.pem'), cert)
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 })
  for (const name of TEMPORARY) mkdirSync(join(folder, name))
  const site = replaced(readFileSync(join(ROOT, 'deploy/nginx.conf'), 'utf8'), [
    ['server 10.0.0.11:8700', `server 127.0.0.1:${behind[0]}`],
    ['server 10.0.0.12:8700', `server 127.0.0.1:${behind[1]}`],
    ['/etc/ssl/accounts.pem', join(folder, 'cert.pem')],
    ['/etc/ssl/accounts.key', join(folder, 'key.pem')],
    ['listen 80;', `listen 127.0.0.1:${plainPort};`],
    ['listen 443 ', `listen 127.0.0.1:${port} `],
  ])
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${mainSettings(folder)}\nhttp {\n${places(folder)}\n${site}\n}\n`,
  )
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
  const { stop } = await launch({ command: program, args, ports: [plainPort, port] })
  return { port, plainPort, stop }
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** Nothing is written outside of the folder. */
const places = (folder: string) =>
  ['access_log off;', ...TEMPORARY.map((name) => `${name}_temp_path ${join(folder, name)};`)].join('\n')

function mainSettings(folder: string): string {
  return `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 512; }`
}
