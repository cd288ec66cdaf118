import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseBytes } from '../../src/toolkit/settings.ts'
import { cli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { configOf, lint, mountAsKubelet, podOf, render, SECRETS, type StatefulSet, violations } from './chart.ts'

const KUBERNETES_VERSIONS = ['1.27', '1.31', '1.37']
const admin = (listen: string) => ({ config: { service: { admin: { listen } } } })

/** Of real settings: two sources, three destinations, secrets by file and by environment. */
const LARGE = {
  config: {
    sources: {
      acme: { type: 'openai_audit', api_key: `\${file:${SECRETS}/acme-key}`, start: '30d' },
      other: { type: 'openai_audit', api_key: '${OTHER_KEY}', start: '2026-01-01T00:00:00Z' },
    },
    sinks: {
      splunk: { type: 'splunk_hec', format: 'ecs', url: 'https://splunk.example:8088', token: `\${file:${SECRETS}/hec-token}` },
      otlp: { type: 'otlp', url: 'http://collector:4318', resource: { 'deployment.environment.name': 'it\'s "{{ odd }}" # $${x}' } },
      out: { type: 'stdout', batch: { events_max: 100000 } },
    },
    service: { shutdown_timeout: '2m', log: { level: 'debug' } },
  },
  terminationGracePeriodSeconds: 150,
  env: [{ name: 'OTHER_KEY', valueFrom: { secretKeyRef: { name: 'other', key: 'key' } } }],
  image: { repository: 'registry.example/tailrace', digest: `sha256:${'0'.repeat(64)}` },
  imagePullSecrets: [{ name: 'pull' }],
  persistence: { size: '100Gi', storageClassName: 'fast', accessModes: ['ReadWriteOncePod'] },
  podLabels: { team: 'security' },
  podAnnotations: { 'example.com/a': 'b' },
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }] },
    },
  },
  priorityClassName: 'high',
  serviceAccountName: 'shipper',
  resources: { limits: { memory: '1Gi' } },
}

const VALUES: readonly (readonly [string, object])[] = [
  ['the defaults', {}],
  ['an existing secret', { secret: { existingSecret: 'mine' } }],
  ['a created secret', { secret: { values: { 'openai-admin-key': 'k: "1"\n#', 'hec-token': '123' } } }],
  ['no persistence', { persistence: { enabled: false } }],
  ['an admin server on another port and on IPv6', admin('[::]:9000')],
  ['everything', LARGE],
]

describe.each(VALUES)('%s', (_, values) => {
  const rendered = render(values)

  test('Helm has nothing to say', () => {
    expect(() => lint(values)).not.toThrow()
  })

  test.each(KUBERNETES_VERSIONS)('every manifest keeps the schemas of Kubernetes %s', version => {
    expect(violations(rendered.text, version)).toBeUndefined()
  })

  test('the configuration, mounted as the kubelet does, is accepted by the program', async () => {
    using folder = temporaryFolder()
    const [config, secrets] = [join(folder.path, 'config'), join(folder.path, 'secrets')]
    mkdirSync(secrets)
    mountAsKubelet(secrets, { 'openai-admin-key': 'k', 'acme-key': 'k', 'hec-token': 't' })
    mountAsKubelet(config, { 'tailrace.yaml': configOf(rendered).replaceAll(SECRETS, secrets) })
    const { code, out, err } = await cli(['validate', '-c', config], { env: { OTHER_KEY: 'k' } })
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^valid: /)
  })

  test('the pod is confined, and asked how it is', () => {
    const { spec } = podOf(rendered)
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10_001, fsGroup: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
    })
    const [container] = spec.containers
    expect(container).toMatchObject({
      args: ['run', '-c', '/etc/tailrace'],
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      startupProbe: { httpGet: { path: '/healthz', port: 'admin' } },
      livenessProbe: { httpGet: { path: '/healthz', port: 'admin' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'admin' } },
      resources: { limits: { memory: expect.any(String) } },
    })
    const listens = /listen: (\S+)/.exec(configOf(rendered))?.[1]?.replaceAll("'", '')
    expect(listens).toMatch(new RegExp(`:${container.ports[0]?.containerPort}$`))
  })

  test('every mount has its volume, and what is no data is read-only', () => {
    const { containers, volumes } = podOf(rendered).spec
    const claims = rendered.of<StatefulSet>('StatefulSet').spec.volumeClaimTemplates ?? []
    const names = [...volumes, ...claims.map(claim => (claim as { metadata: { name: string } }).metadata)].map(({ name }) => name)
    const mounts = containers[0].volumeMounts
    expect(names.toSorted()).toEqual(mounts.map(({ name }) => name).toSorted())
    expect(mounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath)).toEqual(['/data', '/tmp'])
  })
})

test('a secret is made, or named, and its keys are files', () => {
  const secretOf = (values: object) => podOf(render(values)).spec.volumes.find(({ name }) => name === 'secrets')
  const created = render({ secret: { values: { key: 'k: "1"\n#' } } })
  expect(created.of<{ stringData: unknown }>('Secret').stringData).toEqual({ key: 'k: "1"\n#' })
  expect(secretOf({ secret: { values: { key: 'v' } } })).toMatchObject({ secret: { secretName: 'rel-tailrace' } })
  expect(render({ secret: { existingSecret: 'mine' } }).kinds).not.toContain('Secret')
  expect(secretOf({ secret: { existingSecret: 'mine' } })).toMatchObject({ secret: { secretName: 'mine', defaultMode: 0o440 } })
  expect(secretOf({})).toBeUndefined()
})

test("the example source and sink do not stand beside the user's", () => {
  const config = configOf(render(LARGE))
  expect(config).not.toContain('openai-admin-key')
  expect(configOf(render({ config: { sources: LARGE.config.sources } }))).toContain('type: stdout')
})

test('a changed configuration replaces the pod, and nothing else does', () => {
  const pod = (values: object) => podOf(render(values))
  expect(pod({ config: { journal: { retention: '31d' } } })).not.toEqual(pod({}))
  expect(pod({ secret: { existingSecret: 'a' }, persistence: { size: '20Gi' } })).toEqual(pod({ secret: { existingSecret: 'a' } }))
})

test('the volume holds what the journal of the defaults may hold', () => {
  const config = configOf(render())
  const bytesOf = (name: string) => parseBytes(new RegExp(`\\b${name}: (\\S+)`).exec(config)?.[1] ?? '') ?? Number.NaN
  expect(((bytesOf('max_bytes') + bytesOf('retention_bytes')) * 4) / 3).toBeLessThanOrEqual(10 * 2 ** 30)
})

const REFUSED: readonly (readonly [string, object])[] = [
  ['the probes do not reach 127.0.0.1:8686', admin('127.0.0.1:8686')],
  ['the probes do not reach 8686', admin('8686')],
  ['does not end in a port', admin('0.0.0.0')],
  ['the probes need the admin server', { config: { service: { admin: { enabled: false } } } }],
  ['the probes do not reach', { config: { service: { admin: null } } }],
  ['75 s are not longer than config.service.shutdown_timeout, 75s', { config: { service: { shutdown_timeout: '75s' } } }],
  ...['2m', '1.5m', '90 s', '90000ms', '0.025h', '0.001d'].map(
    text =>
      [`75 s are not longer than config.service.shutdown_timeout, ${text}`, { config: { service: { shutdown_timeout: text } } }] as const,
  ),
  ["at '/config/service/shutdown_timeout': got number", { config: { service: { shutdown_timeout: 30 } } }],
  ['config.journal.path: /tmp/journal.db is not on the volume', { config: { journal: { path: '/tmp/journal.db' } } }],
  ["'10GB' does not match", { persistence: { size: '10GB' } }],
  ["'1.2.3Gi' does not match", { persistence: { size: '1.2.3Gi' } }],
  ["at '/podLabels/app.kubernetes.io~1instance'", { podLabels: { 'app.kubernetes.io/instance': 'other' } }],
  ["at '/podAnnotations/checksum~1config'", { podAnnotations: { 'checksum/config': 'mine' } }],
  ['exclude each other', { secret: { existingSecret: 'a', values: { b: 'c' } } }],
  ["additional properties 'replicas' not allowed", { replicas: 2 }],
  ['value must be one of', { persistence: { accessModes: ['ReadWriteMany'] } }],
]

test.each(REFUSED)('%s', (message, values) => {
  expect(() => render(values)).toThrow(message)
})

test.each(['74s', '1.2m', '74999ms', '0.02h'])('a shutdown_timeout of %s is within the 75 s of the pod', text => {
  expect(() => render({ config: { service: { shutdown_timeout: text } } })).not.toThrow()
})

test('the schemas refuse a misspelt field', () => {
  expect(violations(render().text.replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem'), '1.37')).toContain('readOnlyRootFileSystem')
})
