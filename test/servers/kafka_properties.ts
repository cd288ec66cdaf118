export interface BrokerPorts {
  readonly controller: number
  readonly plain: number
  readonly sasl: number
  readonly saslTls: number
  readonly mutualTls: number
}

/** Only what is wrong, and that the broker has started. */
export const LOG_CONFIG = `rootLogger.level=WARN
rootLogger.appenderRef.c.ref=c
appender.c.type=Console
appender.c.name=c
appender.c.layout.type=PatternLayout
logger.ready.name=kafka.server.KafkaRaftServer
logger.ready.level=INFO
`

const PLAIN_LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret" user_bob="bob-secret";'
const SCRAM_LOGIN = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'

/** `server.properties` of the node with this index: broker and controller, every listener at once. */
export function properties(
  index: number,
  cluster: readonly BrokerPorts[],
  certificates: { readonly ca: string; readonly broker: string },
  settings: Readonly<Record<string, string>>,
): string {
  const { controller, plain, sasl, saslTls, mutualTls } = cluster[index]!
  const replicas = String(cluster.length)
  const inStep = cluster.length === 1 ? '1' : '2'
  const secure = `SASLTLS://localhost:${saslTls},MTLS://localhost:${mutualTls}`
  const all: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(index + 1),
    'controller.quorum.voters': cluster.map((ports, node) => `${node + 1}@127.0.0.1:${ports.controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: `CONTROLLER://127.0.0.1:${controller},PLAINTEXT://127.0.0.1:${plain},SASL://127.0.0.1:${sasl},${secure}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${plain},SASL://127.0.0.1:${sasl},${secure}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL,MTLS:SSL',
    'log.dirs': 'data',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inStep,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inStep,
    'default.replication.factor': replicas,
    'min.insync.replicas': inStep,
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '2097152',
    'auto.create.topics.enable': 'false',
    // A stopped broker does not wait for a quorum that stops with it, and a killed one is soon known to be gone.
    'controlled.shutdown.enable': 'false',
    'broker.session.timeout.ms': cluster.length === 1 ? '2000' : '3000',
    'broker.heartbeat.interval.ms': '500',
    ...(cluster.length === 1
      ? {}
      : { 'num.replica.fetchers': '1', 'controller.quorum.election.timeout.ms': '1000', 'controller.quorum.fetch.timeout.ms': '2000' }),
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    ...saslLogins('sasl'),
    ...saslLogins('sasltls'),
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': certificates.broker,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certificates.ca,
    'listener.name.sasltls.ssl.client.auth': 'none',
    'listener.name.mtls.ssl.client.auth': 'required',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'true',
    'super.users': 'User:ANONYMOUS',
    ...settings,
  }
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

function saslLogins(listener: string): Record<string, string> {
  return {
    [`listener.name.${listener}.plain.sasl.jaas.config`]: PLAIN_LOGIN,
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`]: SCRAM_LOGIN,
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: SCRAM_LOGIN,
  }
}
