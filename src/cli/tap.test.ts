import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'

test('a time to come is a wrong call: until then nothing would be printed', async () => {
  const err = expect.stringContaining('--since has to be before now') as string
  expect(await cli(['tap', '--since', '2099-01-01', '--journal', 'none.db'])).toMatchObject({ code: 64, out: '', err })
})
