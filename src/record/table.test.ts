import { describe, expect, test } from 'vitest'
import EXPECTED from '../../test/mapping/expected_rows.json' with { type: 'json' }
import { rowSchema } from '../../test/mapping/row_schema.ts'
import { CLASSES } from './classes.ts'
import { SEVERITIES } from './severity.ts'
import { rowOf, TABLE, type TableRow } from './table.ts'

const STATUS = { success: '1 Success', failure: '2 Failure', unknown: '0 Unknown' } as const
const ENTITY_TYPES: Readonly<Record<number, string>> = { 7: ' (7 Network Zone)' }

/** The row as a person wrote it down in `expected_rows.json`, apart from this table. */
function written(row: TableRow): readonly string[] {
  const activities = row.ocsf.map(candidate => {
    const [key = '', name] = candidate.split(/ (.*)/)
    const [classUid, activityId] = key.split('.').map(Number)
    return `${key} ${name ?? CLASSES[classUid!]?.activities[activityId!]}`
  })
  const typeId = row.entity_type_id
  const types = row.event_type.map(type => (type === '{principal}' ? '*user or group*' : type))
  return [
    row.type,
    activities.join(' → '),
    row.entity + (typeId === undefined ? '' : (ENTITY_TYPES[typeId] ?? ` (${typeId})`)),
    STATUS[row.outcome],
    `${row.category.join('+')} / ${types.join(', ')} / ${row.outcome}`,
    SEVERITIES[row.severity].caption + (row.rises === undefined ? '' : ' ↑'),
    row.attack.join(', '),
    row.note ?? '',
  ]
}

describe('the table', () => {
  test('has one row for each of the 149 types', () => {
    expect(TABLE).toHaveLength(149)
    expect(new Set(TABLE.map(({ type }) => type)).size).toBe(149)
  })

  test.each(TABLE)('$type keeps the schema of a row', row => {
    rowSchema.parse(row)
  })

  test.each(TABLE.map((row, index) => ({ row, expected: EXPECTED[index]! })))('$row.type is what was decided', ({ row, expected }) => {
    expect(written(row)).toEqual(expected)
  })

  test.each(TABLE)('a fault in any field of $type would be seen', row => {
    const faults: Partial<Record<keyof TableRow, unknown>> = {
      ocsf: [...row.ocsf, '3004.2'],
      entity: `${row.entity} Thing`,
      entity_type_id: row.entity_type_id === 6 ? 2 : 6,
      category: row.category.map(category => (category === 'iam' ? 'configuration' : 'iam')),
      event_type: row.event_type.includes('info') ? ['change'] : ['info'],
      outcome: row.outcome === 'success' ? 'failure' : 'success',
      severity: row.severity === 'low' ? 'medium' : 'low',
      rises: row.rises === undefined ? 'wide_scope' : undefined,
      attack: [...row.attack, 'T1000'],
      note: row.note === 'N1' ? 'N2' : 'N1',
    }
    for (const [field, value] of Object.entries(faults)) {
      expect(written({ ...row, [field]: value } as TableRow), field).not.toEqual(written(row))
    }
    expect(
      written({ ...row, ocsf: row.ocsf.map(candidate => candidate.replace(/^300(.)/, (_, digit) => `300${digit === '4' ? 1 : 4}`)) }),
    ).not.toEqual(written(row))
  })
})

describe('rowOf', () => {
  test('a retired spelling has the row of its successor, under its own name', () => {
    const row = rowOf('checkpoint_permission.created')
    expect(row).toMatchObject({ type: 'checkpoint_permission.created', known: true, entity: 'Checkpoint Permission' })
    expect(row.payloadKeys).toEqual(['checkpoint_permission.created', 'checkpoint.permission.created', 'checkpoint_permission_created'])
    expect(rowOf('checkpoint_permission.deleted')).toMatchObject({ known: true, entity: 'Checkpoint Permission' })
  })

  test.each([
    ['quantum.entangled', 'Quantum', 'Entity Management: Entangled', 'info', 'unknown'],
    ['tenant.billing_plan.created', 'Billing Plan', 'Entity Management: Create', 'creation', 'success'],
    ['tenant.deleted', 'Tenant', 'Entity Management: Delete', 'deletion', 'success'],
    ['passkey.registration.failed', 'Passkey Registration', 'Entity Management: Failed', 'info', 'failure'],
    ['device.looked_up', 'Device', 'Entity Management: Read', 'info', 'success'],
    ['export.succeeded', 'Export', 'Entity Management: Succeeded', 'info', 'success'],
    ['export.denied', 'Export', 'Entity Management: Denied', 'info', 'failure'],
    ['export.rejected', 'Export', 'Entity Management: Rejected', 'info', 'failure'],
    ['failed.export', 'Failed', 'Entity Management: Export', 'info', 'unknown'],
    ['a. .b__c.do', 'A B C', 'Entity Management: Do', 'info', 'unknown'],
    ['feature.migrated', 'Feature', 'Entity Management: Move', 'change', 'success'],
    ['heartbeat', 'Heartbeat', 'Entity Management: Heartbeat', 'info', 'unknown'],
    ['...', 'Unknown', 'Entity Management: Unknown', 'info', 'unknown'],
    ['constructor', 'Constructor', 'Entity Management: Constructor', 'info', 'unknown'],
    ['__proto__.deleted', 'Proto', 'Entity Management: Delete', 'deletion', 'success'],
  ])('%s, which the table does not have, is read from its words', (type, entity, typeName, eventType, outcome) => {
    const row = rowOf(type)
    expect(row).toMatchObject({ known: false, entity, outcome, category: ['configuration'], severity: SEVERITIES.low })
    expect(row.ocsf.map(activity => activity.typeName)).toEqual([typeName])
    expect(row.eventType.admin).toEqual([eventType])
  })

  test.each([
    [1, 'Create', 'created added registered sent invited issued provisioned submitted'],
    [2, 'Read', 'looked_up read viewed listed accessed retrieved'],
    [3, 'Update', 'updated upserted bound unbound'],
    [4, 'Delete', 'deleted removed'],
    [5, 'Move', 'migrated'],
    [8, 'Enable', 'enabled'],
    [9, 'Disable', 'disabled archived revoked'],
    [10, 'Activate', 'activated attached'],
    [11, 'Deactivate', 'deactivated detached'],
  ])('activity %d, %s, is what these verbs stand for: %s', (activityId, activityName, verbs) => {
    for (const verb of verbs.split(' ')) expect(rowOf(`quantum.${verb}`).ocsf, verb).toMatchObject([{ activityId, activityName }])
  })

  test('a type of any length has a row; the short ones are made once', () => {
    const long = rowOf(`${'x'.repeat(300)}.${'y'.repeat(300)}`)
    expect([long.entity, long.ocsf[0]!.activityName]).toEqual([`X${'x'.repeat(199)}`, `Y${'y'.repeat(199)}`])
    for (const [length, isOne] of [
      [200, true],
      [201, false],
    ] as const) {
      const [first, second] = [rowOf('z'.repeat(length)), rowOf('z'.repeat(length))]
      expect(first === second).toBe(isOne)
    }
  })

  test('every row ends with a class that can always be filled', () => {
    for (const { type } of TABLE) {
      const last = rowOf(type).ocsf.at(-1)!
      expect(last.classUid, type).toBe(3004)
      if (!/^log(in|out)\./.test(type)) expect(last.activityName).toMatch(/^[A-Z]/)
    }
  })
})
