import { configurationSchema } from '../../config/whole_schema.ts'
import { REGISTRY } from '../../registry.ts'
import { EXIT } from '../exit.ts'
import type { Register } from '../program.ts'

export const register: Register = (program, { io, action }) => {
  program
    .command('schema')
    .description('Prints the JSON Schema of the configuration, for editors.')
    .action(
      action(async () => {
        await io.print(`${JSON.stringify(configurationSchema(REGISTRY), undefined, 2)}\n`)
        return EXIT.done
      }),
    )
}
