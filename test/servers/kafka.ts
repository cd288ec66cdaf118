import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { bundle, type Certificate, createAuthority } from './certificates.ts'
import { install } from './install/recipe.ts'
import { KAFKA } from './install/recipes.ts'
import { type BrokerPorts, LOG_CONFIG, properties } from './kafka_properties.ts'
import { freePorts } from './ports.ts'
import { ServerProcess } from './process.ts'

export interface KafkaOptions {
  /** 1 or 3. With three, a topic has three replicas, of which two have to be in step. */
  readonly nodes?: 1 | 3
  /** Beside those that the tests need, such as `{'message.max.bytes': '20000'}`. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface KafkaCluster extends AsyncDisposable {
  /** By node id less one. */
  readonly brokers: readonly ServerProcess[]
  /** `host:port` of every broker, by listener. */
  readonly plain: readonly string[]
  readonly sasl: readonly string[]
  readonly saslTls: readonly string[]
  readonly mutualTls: readonly string[]
  /** Paths of PEM files. */
  readonly ca: string
  readonly client: Certificate
  /** A certificate of another authority. */
  readonly stranger: Certificate & { readonly ca: string }
  /** Runs one of Kafka's own console programs against the plain listener; gives its standard output. */
  tool(className: string, ...args: string[]): string
}

/** Known to PLAIN and to both kinds of SCRAM. */
export const ALICE = { username: 'alice', password: 'alice-secret' }

const CLUSTER_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'
const JVM_OPTIONS = ['-Xms128m', '-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** Apache Kafka (KRaft). Everybody may do everything, except where an ACL names a topic. */
export async function startKafka({ nodes = 1, settings = {} }: KafkaOptions = {}): Promise<KafkaCluster> {
  const classes = `${join(install(KAFKA), 'lib')}/*`
  const folder = temporaryFolder()
  const authority = createAuthority(folder.path)
  const other = createAuthority(folder.path, 'other')
  const certificates = { ca: authority.ca, broker: bundle(authority.issue('broker'), join(folder.path, 'broker.pem')) }
  const ports = await portsOf(nodes)
  const brokers = await Promise.all(
    ports.map(async (_, index) => {
      const home = join(folder.path, `node${index + 1}`)
      mkdirSync(home)
      writeFileSync(join(home, 'log4j2.properties'), LOG_CONFIG)
      writeFileSync(join(home, 'server.properties'), properties(index, ports, certificates, settings))
      format(home, classes)
      return ServerProcess.start({
        name: `kafka${index + 1}`,
        command: 'java',
        args: [...JVM_OPTIONS, '-Dlog4j2.configurationFile=log4j2.properties', '-cp', classes, 'kafka.Kafka', 'server.properties'],
        folder: { path: home, [Symbol.dispose]: () => {} }, // Goes with the cluster's.
        ready: output => output.includes('Kafka Server started'),
      })
    }),
  )
  const addresses = (host: string, listener: keyof BrokerPorts) => ports.map(port => `${host}:${port[listener]}`)
  const plain = addresses('127.0.0.1', 'plain')
  return {
    brokers,
    plain,
    sasl: addresses('127.0.0.1', 'sasl'),
    saslTls: addresses('localhost', 'saslTls'),
    mutualTls: addresses('localhost', 'mutualTls'),
    ca: authority.ca,
    client: authority.issue('client'),
    stranger: { ...other.issue('stranger'), ca: other.ca },
    tool: (className, ...args) =>
      execFileSync('java', [...JVM_OPTIONS, '-cp', classes, className, '--bootstrap-server', plain.join(','), ...args], {
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all(brokers.map(broker => broker[Symbol.asyncDispose]()))
      folder[Symbol.dispose]()
    },
  }
}

async function portsOf(nodes: number): Promise<BrokerPorts[]> {
  const free = await freePorts(nodes * 5)
  return Array.from({ length: nodes }, (_, index) => {
    const [controller, plain, sasl, saslTls, mutualTls] = free.slice(index * 5) as [number, number, number, number, number]
    return { controller, plain, sasl, saslTls, mutualTls }
  })
}

/** Prepares the data folder, with Alice's SCRAM credentials in it. */
function format(home: string, classes: string): void {
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap(mechanism => [
    '--add-scram',
    `${mechanism}=[name=${ALICE.username},password=${ALICE.password}]`,
  ])
  const args = ['-cp', classes, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', 'server.properties', ...scram]
  execFileSync('java', [...JVM_OPTIONS, ...args], { cwd: home, stdio: ['ignore', 'ignore', 'pipe'] })
}
