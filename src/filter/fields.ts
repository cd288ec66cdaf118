import type { CommonRecord } from '../record/record.ts'
import type { Severity } from '../record/severity.ts'

/** The types of CEL that fields of an event have. */
type FieldType = 'string' | 'bool' | 'int' | 'google.protobuf.Timestamp' | 'list<string>'

interface Field {
  readonly type: FieldType
  /** For the reference page. */
  readonly meaning: string
}

const text = (meaning: string): Field => ({ type: 'string', meaning })
const list = (meaning: string): Field => ({ type: 'list<string>', meaning })

/** Every field of `event` in a filter, by its path. A text that the record does not have is the empty text. */
export const EVENT_FIELDS = {
  id: text('Id of the record; made from its text where it has none.'),
  type: text('As received, such as `api_key.created`; empty if the record has none.'),
  known: { type: 'bool', meaning: 'Whether the mapping has a row for the type.' },
  time: { type: 'google.protobuf.Timestamp', meaning: 'When it happened; the time of the poll where the record does not say.' },
  received: { type: 'google.protobuf.Timestamp', meaning: 'When it was read from the API.' },
  source: text('Id of the configured source.'),
  stream: text('`organization` or `tenant`.'),
  severity: {
    type: 'int',
    meaning:
      'From `INFORMATIONAL` to `CRITICAL`, with the `severity` of this sink. A record without a type has none: what asks for it lets the event pass.',
  },
  outcome: text('`success`, `failure` or `unknown`.'),
  category: list('ECS `event.category`, such as `iam`, `authentication`, `configuration`.'),
  'actor.type': text('`session`, `api_key`, or as received.'),
  'actor.id': text('Of the user or service account who acted.'),
  'actor.email': text('E-mail address of the user who acted.'),
  'actor.name': text('Name of the user or service account who acted, where the record tells one that is no e-mail address.'),
  'actor.domain': text('The part of the e-mail address after its last `@`.'),
  'actor.service_account_id': text('Of the service account that owns the key.'),
  'actor.key_id': text('Of the API key.'),
  'actor.address': text('Address as received.'),
  'actor.ip': text('The same, if it is an IP address.'),
  'actor.user_agent': text('User agent of the session.'),
  'actor.country': text('Country code of two capital letters.'),
  'actor.city': text('City of the address.'),
  'project.id': text('Id of the project.'),
  'project.name': text('Name of the project.'),
  'target.type': text('What was acted on, in snake case, such as `api_key`, `service_account`.'),
  'target.id': text('Its id.'),
  'target.name': text('Its name.'),
  'target.email': text('E-mail address of a user or an invitation that was acted on.'),
  'target.roles': list('Roles that were given or taken.'),
  'error.code': text('Why it failed, such as `invalid_credentials`.'),
  'error.message': text('The same in words.'),
} as const satisfies Readonly<Record<string, Field>>

/** The numbers of OCSF's `severity_id`; `event.severity` is one of them. */
export const SEVERITY_CONSTANTS = { INFORMATIONAL: 1n, LOW: 2n, MEDIUM: 3n, HIGH: 4n, CRITICAL: 5n } as const
const SEVERITY_BY_ID = [undefined, 1n, 2n, 3n, 4n, 5n] as const

/** An event as a filter sees it. A class, because its getters cost nothing until an expression asks; closures would cost more than the rest. */
export class EventView {
  readonly #record: CommonRecord
  readonly #severityOf: (record: CommonRecord) => Severity | undefined

  constructor(record: CommonRecord, severityOf: (record: CommonRecord) => Severity | undefined) {
    this.#record = record
    this.#severityOf = severityOf
  }

  get id(): string {
    return this.#record.id
  }

  get type(): string {
    return this.#record.type
  }

  get known(): boolean {
    return this.#record.known
  }

  get time(): Date {
    return new Date(this.#record.timeMs)
  }

  get received(): Date {
    return new Date(this.#record.receivedMs)
  }

  get source(): string {
    return this.#record.event.source
  }

  get stream(): string {
    return this.#record.event.stream
  }

  get severity(): bigint | undefined {
    return SEVERITY_BY_ID[this.#severityOf(this.#record)?.id ?? 0]
  }

  get outcome(): string {
    return this.#record.outcome
  }

  get category(): readonly string[] {
    return this.#record.row.category
  }

  get actor(): ActorView {
    return new ActorView(this.#record)
  }

  get project(): ProjectView {
    return new ProjectView(this.#record)
  }

  get target(): TargetView {
    return new TargetView(this.#record)
  }

  get error(): ErrorView {
    return new ErrorView(this.#record)
  }
}

class ActorView {
  readonly type: string
  readonly id: string
  readonly email: string
  readonly name: string
  readonly domain: string
  readonly service_account_id: string
  readonly key_id: string
  readonly address: string
  readonly ip: string
  readonly user_agent: string
  readonly country: string
  readonly city: string

  constructor({ actor }: CommonRecord) {
    this.type = actor.kind ?? ''
    this.id = actor.id ?? ''
    this.email = actor.email ?? ''
    this.name = actor.name ?? ''
    this.domain = actor.domain ?? ''
    this.service_account_id = actor.serviceAccountId ?? ''
    this.key_id = actor.keyId ?? ''
    this.address = actor.address ?? ''
    this.ip = actor.ip ?? ''
    this.user_agent = actor.userAgent ?? ''
    this.country = actor.country ?? ''
    this.city = actor.city ?? ''
  }
}

class ProjectView {
  readonly id: string
  readonly name: string

  constructor({ projectId, projectName }: CommonRecord) {
    this.id = projectId ?? ''
    this.name = projectName ?? ''
  }
}

class TargetView {
  readonly type: string
  readonly id: string
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]

  constructor({ target }: CommonRecord) {
    this.type = target.kind
    this.id = target.id ?? ''
    this.name = target.name ?? ''
    this.email = target.email ?? ''
    this.roles = target.roles
  }
}

class ErrorView {
  readonly code: string
  readonly message: string

  constructor({ errorCode, errorMessage }: CommonRecord) {
    this.code = errorCode ?? ''
    this.message = errorMessage ?? ''
  }
}

/** The class of each part of an event, by its path. */
export const PART_VIEWS = { actor: ActorView, project: ProjectView, target: TargetView, error: ErrorView } as const
