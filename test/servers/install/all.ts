import { install } from './recipe.ts'
import * as recipes from './recipes.ts'

/** Builds, one after the other, whatever this machine does not have yet. */
for (const recipe of Object.values(recipes)) {
  const startedMs = Date.now()
  const folder = install(recipe)
  console.log(`${recipe.name} ${recipe.version}: ${folder} (${Math.round((Date.now() - startedMs) / 1000)} s)`)
}
