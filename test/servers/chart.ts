import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { temporaryFolder } from '../support/folder.ts'
import { install } from './install/recipe.ts'
import { HELM, KUBERNETES_VALIDATE } from './install/recipes.ts'

export const CHART = join(import.meta.dirname, '../../helm/tailrace')
/** Where the chart mounts the secret's files. */
export const SECRETS = '/run/secrets/tailrace'

export interface Rendered {
  /** All manifests, as Kubernetes would get them. */
  readonly text: string
  /** The object of that kind; throws when there is not exactly one. */
  of<T = Record<string, unknown>>(kind: string): T
  readonly kinds: readonly string[]
}

interface Container {
  readonly args: readonly string[]
  readonly ports: readonly [{ readonly containerPort: number }]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[]
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean
    readonly readOnlyRootFilesystem: boolean
    readonly capabilities: { readonly drop: readonly string[] }
  }
  readonly resources: { readonly limits: { readonly memory: string } }
}

export interface PodTemplate {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
  readonly spec: {
    readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number }
    readonly containers: readonly [Container]
    readonly volumes: readonly { readonly name: string; readonly [kind: string]: unknown }[]
    readonly terminationGracePeriodSeconds: number
  }
}

export interface StatefulSet {
  readonly spec: { readonly template: PodTemplate; readonly volumeClaimTemplates?: readonly unknown[] }
}

export const podOf = (rendered: Rendered) => rendered.of<StatefulSet>('StatefulSet').spec.template
export const configOf = (rendered: Rendered) => rendered.of<{ data: { 'tailrace.yaml': string } }>('ConfigMap').data['tailrace.yaml']

/** Renders the chart as `helm install` would. Throws with Helm's own message. */
export function render(values: object = {}): Rendered {
  const text = helm('template', values)
  const objects = parseAllDocuments(text).map(document => document.toJS() as { kind: string } | null)
  const kinds = objects.flatMap(object => object?.kind ?? [])
  return {
    text,
    kinds,
    of<T>(kind: string) {
      const found = objects.filter(object => object?.kind === kind)
      if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind} among ${kinds.join(', ')}`)
      return found[0] as T
    },
  }
}

/** Throws with what Helm finds wrong with the chart. */
export function lint(values: object = {}): void {
  helm('lint', values)
}

function helm(command: 'template' | 'lint', values: object): string {
  using folder = temporaryFolder()
  const file = join(folder.path, 'values.json')
  writeFileSync(file, JSON.stringify(values))
  const args = command === 'lint' ? ['lint', '--strict', CHART] : ['template', 'rel', CHART]
  const { status, stdout, stderr } = spawnSync(join(install(HELM), 'helm'), [...args, '-f', file], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`helm ${command}: ${stderr}${stdout}`)
  return stdout
}

/** What a strict check by the schemas of that version of Kubernetes finds wrong; a field that is not known is wrong. */
export function violations(text: string, kubernetesVersion: string): string | undefined {
  using folder = temporaryFolder()
  const file = join(folder.path, 'manifests.yaml')
  writeFileSync(file, text)
  const lib = join(install(KUBERNETES_VALIDATE), 'lib')
  const env = { ...process.env, PYTHONPATH: lib }
  const args = ['--strict', '-k', kubernetesVersion, file]
  const { status, stdout, stderr, error } = spawnSync(join(lib, 'bin/kubernetes-validate'), args, { encoding: 'utf8', env })
  if (error !== undefined) throw error
  return status === 0 ? undefined : stdout + stderr
}

/** Lays out the files of a ConfigMap or a Secret as the kubelet does: links to links into a folder whose name starts with dots. */
export function mountAsKubelet(folder: string, files: Readonly<Record<string, string>>): void {
  const version = '..2026_01_01_00_00_00.1'
  mkdirSync(join(folder, version), { recursive: true })
  symlinkSync(version, join(folder, '..data'))
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, version, name), text)
    symlinkSync(join('..data', name), join(folder, name))
  }
}

/** What the pod template says of how its container is confined, as `podman run` takes it. */
export function confinement({ securityContext, containers }: PodTemplate['spec']): string[] {
  const [{ securityContext: own, resources }] = containers
  return [
    `--user=${securityContext.runAsUser}:${securityContext.runAsGroup}`,
    `--read-only=${own.readOnlyRootFilesystem}`,
    ...own.capabilities.drop.map(name => `--cap-drop=${name.toLowerCase()}`),
    ...(own.allowPrivilegeEscalation ? [] : ['--security-opt=no-new-privileges']),
    `--memory=${resources.limits.memory.replace(/Mi$/, 'm')}`,
  ]
}

/** Its mounts, as `podman run` takes them, from what stands in for each volume. An emptyDir is memory. */
export function mounts({ containers, volumes }: PodTemplate['spec'], sources: Readonly<Record<string, string>>): string[] {
  return containers[0].volumeMounts.map(({ name, mountPath, readOnly }) => {
    if (volumes.find(volume => volume.name === name)?.emptyDir !== undefined) return `--tmpfs=${mountPath}`
    const source = sources[name]
    if (source === undefined) throw new Error(`Nothing stands in for the volume ${name}`)
    return `--volume=${source}:${mountPath}${readOnly ? ':ro' : ''}`
  })
}
