import { ASSETS, assetFiles, assetText, copyAsset, folderOf } from '../assets.ts'
import { EXIT } from '../exit.ts'
import type { Register } from '../program.ts'
import { table } from '../table.ts'

export const register: Register = (program, { io, action }) => {
  const assets = program.command('assets').description('Ready content for destinations: lists it, or writes it into a folder.')
  for (const asset of ASSETS) {
    const command = assets
      .command(asset.name)
      .description(asset.summary)
      .option('--out <dir>', 'folder that the files are written into; without it they are listed')
      .option('--print <file>', 'one of the files, to standard output')
    for (const option of asset.options?.() ?? []) command.addOption(option)
    command.action(
      action(async ({ out, print, ...options }: { out?: string; print?: string }) => {
        if (print !== undefined) {
          await io.print(await assetText(asset, print))
          return EXIT.done
        }
        const code = out === undefined ? await asset.install?.(options, folderOf(asset), io) : undefined
        if (code !== undefined) return code
        const files = await assetFiles(asset)
        if (out === undefined) {
          await io.print(
            table(
              ['file', 'bytes'],
              files.map(({ path, bytes }) => [path, String(bytes)]),
            ),
          )
          io.say(`tailrace assets ${asset.name} --out DIR writes them. ${asset.next}`)
        } else {
          await copyAsset(asset, out)
          io.say(`${files.length} files written to ${out}. ${asset.next}`)
        }
        return EXIT.done
      }),
    )
  }
}
