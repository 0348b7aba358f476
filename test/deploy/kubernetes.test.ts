import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect } from 'chai'
import { parse, parseAllDocuments } from 'yaml'
import { ROOT } from '../../scripts/find-binary.mjs'
import { loadConfig } from '../../src/settings/config.ts'

const BASE = join(ROOT, 'deploy/kubernetes/base')
const EXAMPLE = join(ROOT, 'deploy/kubernetes/overlays/example')

type Container = Record<string, unknown> & {
  args?: string[]
  ports?: { name: string; containerPort: number }[]
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[]
}
type Pod = Record<string, unknown> & { containers: Container[]; volumes: { name: string }[] }
type Manifest = {
  kind: string
  metadata: { name: string }
  spec: Record<string, unknown> & { template?: { metadata: { labels: object }; spec: Pod } }
}

const filesIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const yaml = (folder: string, name: string): unknown => parse(readFileSync(join(folder, name), 'utf8'))
const manifests = filesIn(BASE)
  .filter((name) => name !== 'kustomization.yaml')
  .flatMap((name) => parseAllDocuments(readFileSync(join(BASE, name), 'utf8')))
  .map((document) => document.toJS() as Manifest)
const podsOf = () =>
  manifests.flatMap(({ metadata, spec }) =>
    spec?.template ? [{ name: metadata.name, ...spec.template }] : [],
  )
const settings = parseEnv(readFileSync(join(BASE, 'settings.env'), 'utf8')) as Record<string, string>
const one = (kind: string, name = 'account-server') => {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name)
  if (!found) throw new Error(`no ${kind} "${name}"`)
  return found
}

describe('the manifests for Kubernetes', () => {
  it('are all part of the base, and the example builds on it', () => {
    const { resources } = yaml(BASE, 'kustomization.yaml') as { resources: string[] }
    expect(resources).to.have.members(filesIn(BASE).filter((name) => name !== 'kustomization.yaml'))
    const example = yaml(EXAMPLE, 'kustomization.yaml') as { resources: string[] }
    expect(example.resources).to.include.members(['../../base', 'namespace.yaml'])
  })

  it('run a server, a worker and a migration by nobody in particular, on a root that is read-only', () => {
    expect(podsOf().map(({ name }) => name)).to.have.members([
      'account-server',
      'account-server-worker',
      'account-server-migration',
    ])
    for (const { name, spec } of podsOf()) {
      expect(spec['automountServiceAccountToken'], name).to.equal(false)
      expect(spec['securityContext'], name).to.deep.include({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      for (const container of spec.containers) {
        expect(container['securityContext'], name).to.eql({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        expect(container['resources'], name).to.have.keys('requests', 'limits')
      }
    }
  })

  it('start programs that are there, with the settings that the server has', () => {
    for (const { name, spec } of podsOf())
      for (const { args = [] } of spec.containers)
        if (args.length > 0) expect(readFileSync(join(ROOT, args[1]!), 'utf8'), name).to.not.equal('')
    const given = Object.entries(settings).map(([key, value]) =>
      key.endsWith('_FILE')
        ? [key.slice(0, -'_FILE'.length), SECRETS[value.split('/').at(-1)!]!]
        : [key, value],
    )
    const config = loadConfig(Object.fromEntries(given) as Record<string, string>, { persist: false })
    expect(config.mode).to.equal('service')
    const example = yaml(EXAMPLE, 'kustomization.yaml') as { configMapGenerator: { literals: string[] }[] }
    for (const literal of example.configMapGenerator[0]!.literals)
      expect(Object.keys(settings), literal).to.include(literal.split('=')[0])
  })

  it('give secrets as files, in a folder that only these pods have', () => {
    for (const { name, spec } of podsOf())
      for (const { volumeMounts, ...container } of spec.containers) {
        const mount = volumeMounts.find(({ mountPath }) => mountPath === '/run/secrets/account-server')
        expect(mount?.readOnly, name).to.equal(true)
        expect(JSON.stringify(container), name).to.not.contain('secretKeyRef')
      }
    expect(Object.values(settings).join('\n')).to.not.match(/:\/\/[^/\s]*:[^/\s]*@/)
  })

  it('ask each probe of the server at its port', () => {
    const [server] = one('Deployment').spec.template!.spec.containers
    const paths = ['startupProbe', 'livenessProbe', 'readinessProbe'].map(
      (probe) => (server![probe] as { httpGet: { path: string; port: string } }).httpGet,
    )
    expect(paths).to.eql(
      ['startup', 'live', 'ready'].map((name) => ({ path: `/health/${name}`, port: 'http' })),
    )
    expect(server!.ports).to.eql([
      { name: 'http', containerPort: loadConfig({}, { persist: false }).port },
      { name: 'metrics', containerPort: Number(settings['ACCOUNT_SERVER_METRICS_PORT']) },
    ])
  })

  it('let one pod go at a time, and select the pods that they are about', () => {
    const labels = new Map(podsOf().map(({ name, metadata }) => [name, metadata.labels]))
    for (const name of ['account-server', 'account-server-worker']) {
      const { maxUnavailable, selector } = one('PodDisruptionBudget', name).spec as Budget
      expect(maxUnavailable, name).to.equal(1)
      expect(labels.get(name), name).to.include(selector.matchLabels)
      expect((one('Deployment', name).spec as Budget).selector.matchLabels, name).to.eql(selector.matchLabels)
    }
    expect(labels.get('account-server')).to.include(one('Service').spec['selector'])
    for (const policy of ['account-server', 'account-server-web']) {
      const { podSelector } = one('NetworkPolicy', policy).spec as { podSelector: Budget['selector'] }
      expect(labels.get('account-server'), policy).to.include(podSelector.matchLabels)
    }
  })

  it('add servers by passwords that wait, a metric that the server has', () => {
    const { metrics } = one('HorizontalPodAutoscaler').spec as { metrics: { pods?: Pods }[] }
    const [metric] = metrics.flatMap(({ pods }) => (pods ? [pods.metric] : []))
    const documented = readFileSync(join(ROOT, 'docs/observability.md'), 'utf8')
    expect(documented).to.contain(`\`${metric?.name}\``)
    expect(metric).to.eql({
      name: 'account_server_password_hashes',
      selector: { matchLabels: { state: 'waiting' } },
    })
  })
})

type Budget = { maxUnavailable: number; selector: { matchLabels: object } }
type Pods = { metric: { name: string } }

/** What the Secret of an installation holds, by file. */
const SECRETS: Record<string, string> = {
  mysql_dsn: 'mysql://accounts:secret@mysql:3306/accounts',
  token_secret_key: 'a secret of the tests, long enough to be one',
  smtp_server_url: 'smtp://mail:587',
}
