/**
 * Kafka for tests: the broker of `TEST_KAFKA_URL` (`host:port`), else librdkafka's emulation of a cluster, which Debian's
 * `kcat` starts. `npm run kafka` starts a real one. The title of a test says which.
 */
import { spawn } from 'node:child_process'
import { findBinary } from '../../scripts/find-binary.mjs'
import { pause } from './service-process.ts'

export type Kafka = { brokers: string[]; stop: () => Promise<void> }

export const KAFKA_KIND = process.env.TEST_KAFKA_URL ? 'a real Kafka' : 'an emulation of Kafka'

const READY_WITHIN_MS = 60_000

export async function startKafka(): Promise<Kafka> {
  const given = process.env.TEST_KAFKA_URL
  if (given) return { brokers: given.split(','), stop: async () => {} }
  const kcat = findBinary('kcat')
  if (!kcat) throw new Error('No Kafka: install kcat, or set TEST_KAFKA_URL to host:port of a broker')
  const setpriv = process.platform === 'linux' ? findBinary('setpriv') : undefined
  const [program, ...args] = [
    ...(setpriv ? [setpriv, '--pdeathsig', 'KILL'] : []),
    kcat,
    '-b',
    'none',
    '-X',
    'test.mock.num.brokers=3',
    '-C',
    '-t',
    'unused',
    '-u',
  ]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const addresses = () => said.match(/127\.0\.0\.1:\d+(?:,127\.0\.0\.1:\d+){2}/)?.[0]
  for (const untilMs = Date.now() + READY_WITHIN_MS; !addresses(); await pause(20))
    if (child.exitCode !== null || Date.now() > untilMs)
      throw new Error(`kcat did not start a cluster: ${said}`)
  child.unref()
  return {
    brokers: addresses()!.split(','),
    async stop() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
