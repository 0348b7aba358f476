/**
 * `npm run kafka`: the suite for sinks, the message about a new user, and the example of a consumer, against a real Kafka from
 * Maven Central. Without Java and Maven it says what is missing, and runs on the emulation, which lacks what the example
 * needs. The titles of the tests say which it was.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ROOT } from '../../scripts/find-binary.mjs'
import { KAFKA_VERSION, missingForKafka, startRealKafka } from '../support/real-kafka.ts'

const FILES = [
  'test/contracts/sinks.test.ts',
  'test/event-sinks/registration-message.test.ts',
  'test/event-sinks/documented-receivers.test.ts',
]

const missing = missingForKafka()
if (missing.length > 0) {
  process.stdout.write(`No real Kafka: ${missing.join(' and ')} missing. The emulation takes its place.\n`)
  process.exitCode = await runSuite({})
} else {
  process.stdout.write(`Kafka ${KAFKA_VERSION} from Maven Central, fetched once …\n`)
  // The JVM keeps no event loop running, and its end is awaited.
  const alive = setInterval(() => undefined, 1000)
  const kafka = await startRealKafka()
  process.exitCode = await runSuite({ TEST_KAFKA_URL: kafka.brokers.join(',') })
  await kafka.stop()
  clearInterval(alive)
}

async function runSuite(env: Record<string, string>): Promise<number> {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'scripts/test.mjs'), ...FILES, ...process.argv.slice(2)],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    },
  )
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}
