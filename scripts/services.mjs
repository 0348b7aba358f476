/**
 * Makes sure that the programs the tests run on are there: MariaDB, Redis, RabbitMQ, kcat, nginx, Caddy, Chromium.
 * Nothing is started here, see test/support/services.ts. Order: a server given by URL, programs on this machine, Debian's packages
 * (into the system as root, into .cache/services as anyone else), Docker. Never skips: what is missing is an error.
 */
import { pathToFileURL } from 'node:url'
import { canUseApt, installFromApt } from './apt.mjs'
import { CHROMIUM_NAMES, ROOT, findBinary } from './find-binary.mjs'
import { withLock } from './lock.mjs'
import { StepFailed, failAndExit, runQuietly, withProgress } from './step.mjs'

const SERVICES = {
  mariadb: {
    title: 'MariaDB',
    isThere: () =>
      Boolean(process.env.TEST_MYSQL_URL || (findBinary('mariadbd') && findBinary('mariadb-install-db'))),
    packages: ['mariadb-server-core', 'mariadb-client-core'],
    image: 'mariadb:11.4',
    advice: 'install the MariaDB server (mariadbd) or Docker, or set TEST_MYSQL_URL',
  },
  redis: {
    title: 'Redis',
    isThere: () =>
      Boolean(
        (process.env.TEST_REDIS_URL && process.env.TEST_REDIS_CLUSTER_URL) || findBinary('redis-server'),
      ),
    packages: ['redis-server'],
    image: 'redis:7.4',
    advice: 'install redis-server or Docker, or set TEST_REDIS_URL and TEST_REDIS_CLUSTER_URL',
  },
  rabbitmq: {
    title: 'RabbitMQ',
    isThere: () =>
      Boolean(process.env.TEST_RABBITMQ_URL || (findBinary('rabbitmq-server') && findBinary('epmd'))),
    packages: ['rabbitmq-server'],
    image: 'rabbitmq:4.1-alpine',
    advice: 'install rabbitmq-server or Docker, or set TEST_RABBITMQ_URL',
  },
  kafka: {
    title: 'the emulation of Kafka (kcat)',
    isThere: () => Boolean(findBinary('kcat')),
    packages: ['kcat'],
    advice: 'install kcat; TEST_KAFKA_URL names a real broker as well',
  },
  nginx: {
    title: 'nginx',
    isThere: () => Boolean(findBinary('nginx')),
    packages: ['nginx'],
    advice: 'install nginx',
  },
  caddy: {
    title: 'Caddy',
    isThere: () => Boolean(findBinary('caddy')),
    packages: ['caddy'],
    advice: 'install caddy',
  },
  chromium: {
    title: 'Chromium',
    isThere: () => Boolean(process.env.TEST_CHROMIUM || findBinary(...CHROMIUM_NAMES)),
    // Liberation has no Chinese letters: pictures of the pages would show boxes.
    packages: ['chromium-headless-shell', 'fonts-liberation', 'fonts-wqy-microhei'],
    advice: 'install Chromium or Google Chrome, or set TEST_CHROMIUM to its path',
  },
}

/** The names `prepareServices` takes. */
export const SERVICE_NAMES = Object.keys(SERVICES)

/**
 * The Docker image that replaces a missing program.
 * @param {'mariadb' | 'redis' | 'rabbitmq'} name
 * @returns {string}
 */
export function dockerImage(name) {
  return SERVICES[name].image
}

/**
 * @param {string[]} [names]
 * @throws {StepFailed} naming everything that is missing and how to get it
 */
export async function prepareServices(names = SERVICE_NAMES) {
  const missing = () => names.filter((name) => !SERVICES[name].isThere())
  if (missing().length === 0) return
  const failures = await withLock(`${ROOT}/.cache/services.lock`, () => installEach(missing()))
  if (failures.length > 0) throw new StepFailed(failures.join('\n\n'))
}

async function installEach(names) {
  const failures = []
  for (const name of names) {
    const { title, advice } = SERVICES[name]
    try {
      await install(SERVICES[name])
    } catch (error) {
      failures.push(`${error.message}\n${title} is needed by the tests: ${advice}.`)
    }
  }
  return failures
}

async function install({ title, packages, image, isThere }) {
  const tried = []
  if (canUseApt()) {
    try {
      await withProgress(`Installing ${title} for the tests (once) …`, () => installFromApt(packages))
      if (isThere()) return
      tried.push(`The packages ${packages.join(' ')} did not bring the program.`)
    } catch (error) {
      tried.push(error.message)
    }
  }
  if (image && findBinary('docker')) {
    try {
      await withProgress(`Fetching the ${title} image for the tests (once) …`, () => pullImage(image))
      return
    } catch (error) {
      tried.push(error.message)
    }
  }
  throw new StepFailed(tried.join('\n'))
}

/** @param {string} image */
export async function pullImage(image) {
  const present = await runQuietly('docker', ['images', '--quiet', image])
  if (!present.trim()) await runQuietly('docker', ['pull', '--quiet', image])
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2)
  await prepareServices(names.length > 0 ? names : SERVICE_NAMES).catch(failAndExit)
}
