import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { attributeOf, type Inspection } from './inspection.ts'
import type { Item } from './schema.ts'

/** Each observable names an attribute of the class, and its value stands there. */
export function validateObservables(event: JsonObject, item: Item, inspection: Inspection): void {
  const { observables } = event
  if (!Array.isArray(observables)) return
  for (const [index, observable] of observables.entries()) {
    const name = isJsonObject(observable) ? observable.name : undefined
    if (typeof name !== 'string') continue
    const path = `observables[${index}]`
    const steps = name.split('.')
    if (!refers(steps, item, inspection)) {
      inspection.issues.add('observable_name_invalid_reference', `${path}.name`, `${name} refers to no attribute of the class`)
    } else if (!valuesAt(event, steps).includes((observable as JsonObject).value)) {
      inspection.issues.add('observable_value_absent', `${path}.value`, `the event holds another value at ${name}`)
    }
  }
}

function refers([step, ...rest]: readonly string[], item: Item, inspection: Inspection): boolean {
  const attribute = step === undefined ? undefined : attributeOf(item, step, inspection)
  if (attribute === undefined) return false
  if (rest.length === 0) return true
  const inner = attribute.objectName === undefined ? undefined : inspection.schema.objects.get(attribute.objectName)
  return inner !== undefined && refers(rest, inner, inspection)
}

/** All values at a path; a list on the way stands for each of its elements. */
function valuesAt(value: JsonValue | undefined, steps: readonly string[]): readonly (JsonValue | undefined)[] {
  if (Array.isArray(value)) return value.flatMap(each => valuesAt(each, steps))
  const [step, ...rest] = steps
  if (step === undefined) return [value]
  return isJsonObject(value) ? valuesAt(value[step], rest) : []
}
