/**
 * A real Kafka in one JVM on loopback, as its own controller (KRaft). Maven fetches it once from Maven Central into
 * `.cache/kafka`. Used by `npm run kafka` alone: a plain `npm test` installs nothing from there.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findBinary, ROOT } from '../../scripts/find-binary.mjs'
import { dataFolder, freePort, launch, runToEnd } from './service-process.ts'
import type { Kafka } from './service-kafka.ts'

export const KAFKA_VERSION = '4.1.0'

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>account-server</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${KAFKA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`

/** The programs that are missing here. */
export function missingForKafka(): string[] {
  return ['java', 'mvn'].filter((name) => !findBinary(name))
}

/** @throws {Error} when Maven cannot fetch Kafka, or it does not listen within 90 s */
export async function startRealKafka(): Promise<Kafka> {
  const java = findBinary('java') ?? 'java'
  const library = await fetchKafka()
  const [port, controller] = [await freePort(), await freePort()]
  const folder = dataFolder(`kafka-${port}`)
  const properties = join(folder, 'server.properties')
  writeFileSync(properties, settings(port, controller, join(folder, 'data')))
  const run = (main: string) => ['-Xmx384m', '-cp', join(library, '*'), main]
  // Any 16 bytes in base64url.
  const cluster = Buffer.from('account-server-1').toString('base64url')
  await runToEnd(java, [...run('kafka.tools.StorageTool'), 'format', '-t', cluster, '-c', properties])
  const { stop } = await launch({ command: java, args: [...run('kafka.Kafka'), properties], ports: [port] })
  return { brokers: [`127.0.0.1:${port}`], stop }
}

async function fetchKafka(): Promise<string> {
  const home = join(ROOT, '.cache', 'kafka', KAFKA_VERSION)
  if (existsSync(home)) return home
  const half = `${home}.half`
  rmSync(half, { recursive: true, force: true })
  mkdirSync(half, { recursive: true })
  const pom = join(half, 'pom.xml')
  writeFileSync(pom, POM)
  await runToEnd(findBinary('mvn') ?? 'mvn', ['-q', '-B', '-f', pom, PLUGIN, `-DoutputDirectory=${half}`])
  renameSync(half, home)
  return home
}

function settings(port: number, controller: number, data: string): string {
  const broker = `PLAINTEXT://127.0.0.1:${port}`
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': broker,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
