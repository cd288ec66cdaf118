import { describe, expect, test } from 'vitest'
import { COMPONENT_MISTAKES } from '../../test/config/component_mistakes.ts'
import { FILTER_MISTAKES } from '../../test/config/filter_mistakes.ts'
import type { Mistake } from '../../test/config/mistake.ts'
import { QUANTITY_MISTAKES } from '../../test/config/quantity_mistakes.ts'
import { REDACT_MISTAKES } from '../../test/config/redact_mistakes.ts'
import { SYNTAX_MISTAKES } from '../../test/config/syntax_mistakes.ts'
import { TEST_MISTAKES } from '../../test/config/test_mistakes.ts'
import { VALUE_MISTAKES } from '../../test/config/value_mistakes.ts'
import { VARIABLE_MISTAKES } from '../../test/config/variable_mistakes.ts'
import { exampleRegistry } from '../../test/support/registry.ts'
import { checkConfig } from './load.ts'
import { InvalidConfigurationError } from './problem.ts'

const ENV = { HOST: 'h', SECRET_WORD: 'hunter2', MANY: '500', EXPRESSION: 'event.hunter2 == 1', EMPTY: '' }

function problemsOf({ yaml }: Mistake): string {
  const files = typeof yaml === 'string' ? { 't.yaml': yaml } : yaml
  try {
    checkConfig(
      Object.entries(files).map(([name, text]) => ({ name, text })),
      { registry: exampleRegistry(), env: ENV },
    )
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return error.message
    throw error
  }
  return 'accepted'
}

describe.each([
  ['of YAML', SYNTAX_MISTAKES],
  ['of variables', VARIABLE_MISTAKES],
  ['of components', COMPONENT_MISTAKES],
  ['of values', VALUE_MISTAKES],
  ['of quantities', QUANTITY_MISTAKES],
  ['of filters', FILTER_MISTAKES],
  ['of redactions', REDACT_MISTAKES],
  ['of tests', TEST_MISTAKES],
])('mistakes %s', (_, mistakes) => {
  test.each(mistakes)('$name', mistake => {
    const said = problemsOf(mistake)
    expect(said.split('\n')).toEqual(mistake.problems)
    expect(said).not.toContain('hunter2') // No secret, and nothing that a variable holds (invariant 6).
  })
})
