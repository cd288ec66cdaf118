import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { ASSETS } from './assets.ts'

const SHIPPED = join(import.meta.dirname, '../../assets')

test('every folder of assets has its line, and every line its folder', () => {
  expect(ASSETS.map(({ name }) => name).toSorted()).toEqual(readdirSync(SHIPPED).toSorted())
})

test.each(ASSETS)('$name is listed, and written as it is', async ({ name }) => {
  const folder = mkdtempSync(join(tmpdir(), 'assets-'))
  try {
    const shipped = readdirSync(join(SHIPPED, name), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    const listed = await cli(['assets', name])
    expect(listed).toMatchObject({ code: 0, err: expect.stringContaining('--out DIR') as string })
    const out = join(folder, 'new')
    expect(await cli(['assets', name, '--out', out])).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining(`${shipped.length} files`) as string,
    })
    for (const entry of shipped) {
      const path = join(entry.parentPath, entry.name).slice(join(SHIPPED, name).length + 1)
      expect(listed.out).toContain(path)
      expect(await cli(['assets', name, '--print', path])).toMatchObject({ code: 0, out: readFileSync(join(SHIPPED, name, path), 'utf8') })
      expect(readFileSync(join(out, path)).equals(readFileSync(join(SHIPPED, name, path)))).toBe(true)
    }
    // A folder that others write into as well, such as the one of all apps.
    writeFileSync(join(folder, 'theirs'), '')
    expect(await cli(['assets', name, '--out', folder])).toMatchObject({ code: 0 })
    expect(await cli(['assets', name, '--print', '../x'])).toMatchObject({ code: 66, err: expect.stringContaining('README.md') as string })
    // What somebody has changed there is not overwritten.
    expect(await cli(['assets', name, '--out', out])).toMatchObject({ code: 64, err: expect.stringContaining(out) as string })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
