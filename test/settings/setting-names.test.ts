import { expect } from 'chai'
import { loadConfig } from '../../src/settings/config.ts'
import { settings } from '../../src/settings/settings.ts'

/** Settings from which the configuration makes something else, and where that is. */
const MADE_INTO: Record<string, string> = {
  debug: 'log.level',
  brand_favicon: 'brand.icon',
  brand_support_url: 'brand.links.support',
  brand_terms_url: 'brand.links.terms',
  brand_privacy_url: 'brand.links.privacy',
  token_secret_key: 'keys.index',
  cookie_keys: 'keys.cookie',
  data_keys: 'keys.data',
  refresh_token_expire_extra_minutes: 'tokens.refreshTokenExpireSeconds',
  unlimited_networks: 'limits.isUnlimited',
  mtls_port: 'binding.listener',
  mtls_cert: 'binding.listener',
  mtls_key: 'binding.listener',
  mtls_client_ca: 'binding.mtls',
  mtls_certificate_header: 'binding.mtls',
  mtls_issuer: 'binding.mtls',
  passkey_domain: 'factors.passkeys.domain',
  passkey_related_origins: 'factors.passkeys.listedOrigins',
  kafka_registration_message: 'receivers.kafka.registration',
  dangerously_show_mailbox_to_administrators: 'mail.mailbox',
}

/** A receiver of events has its part of the configuration only where it is configured. */
const WITH_RECEIVERS = {
  ACCOUNT_SERVER_EVENT_STREAM: 'events',
  ACCOUNT_SERVER_EVENT_STREAM_REDIS_DSN: 'redis://127.0.0.1:6379',
  ACCOUNT_SERVER_RABBITMQ_DSN: 'amqp://127.0.0.1',
  ACCOUNT_SERVER_RABBITMQ_REGISTRATION_QUEUE: 'registrations',
  ACCOUNT_SERVER_KAFKA_BROKERS: '127.0.0.1:9092',
  ACCOUNT_SERVER_KAFKA_USER: 'ann',
  ACCOUNT_SERVER_KAFKA_PASSWORD: 'secret',
  ACCOUNT_SERVER_KAFKA_TLS: 'true',
}

const UNIT = /(?:Minutes|Days|Seconds|Ms|Mb|Mib|Bytes)$/

const camelCase = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

describe('the name of a setting', () => {
  const { settings: _, ...config } = loadConfig(WITH_RECEIVERS, { persist: false })
  const paths = pathsIn(config)

  it('stays the same from the environment to the configuration, apart from the unit', () => {
    const lost = Object.keys(settings).filter((name) => {
      const path = MADE_INTO[name]
      return path === undefined ? !isAmong(namesOf(paths), camelCase(name)) : !paths.includes(path)
    })
    expect(lost).to.eql([])
  })

  it('is compared', () => {
    expect(paths).to.include.members(['port', 'accounts.loginMaxFailures', 'log.limits.keepDays'])
    expect(isAmong(namesOf(['accounts.loginBlockMs']), 'loginBlockMinutes')).to.equal(true)
    expect(isAmong(namesOf(['log.limits.keepDays']), 'logKeepDays')).to.equal(true)
    expect(isAmong(namesOf(['accounts.blockMs']), 'loginBlockMinutes')).to.equal(false)
  })
})

function pathsIn(value: object, before: string[] = []): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const path = [...before, key]
    const isGroup =
      typeof inner === 'object' && inner !== null && Object.getPrototypeOf(inner) === Object.prototype
    return [path.join('.'), ...(isGroup ? pathsIn(inner, path) : [])]
  })
}

/** The last key alone, or with a group in front: `log.dir` is `dir` and `logDir`. */
function namesOf(paths: string[]): string[] {
  return paths.flatMap((path) => {
    const keys = path.split('.')
    const last = keys.at(-1) ?? ''
    const fromGroup = keys.map((_, at) =>
      keys
        .slice(at)
        .map((key, i) => (i === 0 ? key : capital(key)))
        .join(''),
    )
    return [last, ...fromGroup, ...keys.slice(0, -1).map((group) => group + capital(last))]
  })
}

function isAmong(names: string[], name: string): boolean {
  return names.some((other) => other.replace(UNIT, '') === name.replace(UNIT, ''))
}
