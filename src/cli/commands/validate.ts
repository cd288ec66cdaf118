import { InvalidConfigurationError } from '../../config/problem.ts'
import { EXIT } from '../exit.ts'
import { type ConfigOption, configOf, configOption, jsonOption } from '../options.ts'
import type { Register } from '../program.ts'

export const register: Register = (program, { io, action }) => {
  program
    .command('validate')
    .description('Checks the configuration without touching any endpoint.')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(
      action(async (options: ConfigOption & { json?: boolean }) => {
        try {
          const { sources, sinks, files } = configOf(options, io)
          const ids = { sources: sources.map(({ id }) => id), sinks: sinks.map(({ id }) => id) }
          if (options.json) await io.print(`${JSON.stringify({ valid: true, files, ...ids, problems: [] })}\n`)
          else await io.print(`valid: ${files.join(', ')}  sources: ${ids.sources.join(', ')}  sinks: ${ids.sinks.join(', ')}\n`)
          return EXIT.done
        } catch (error) {
          if (!(error instanceof InvalidConfigurationError) || !options.json) throw error
          const problems = error.problems.map(({ place, path, message }) => ({ ...place, path, message }))
          await io.print(`${JSON.stringify({ valid: false, problems })}\n`)
          return EXIT.configuration
        }
      }),
    )
}
