import type { Listed } from '../../paging/collected.ts'
import { type Window, WindowTooLargeError } from '../../paging/drained.ts'
import type { Element } from '../../paging/page.ts'
import type { ListLimits } from '../../paging/stream.ts'
import { Descent, type DescentOptions } from './descent.ts'

/** Everything of one window, from the head of the list down to its start. */
export async function listWindow(options: DescentOptions, window: Window, limits: ListLimits, signal: AbortSignal): Promise<Listed> {
  const descent = await Descent.fromHead(options, signal)
  const { collected } = descent
  do {
    if (collected.elements.length > limits.windowEventsMax) throw new WindowTooLargeError(window.toS)
    if (descent.isBelow(window.fromS) || (descent.isNewestFirst && limits.isEnough?.(descent.page) === true)) break
  } while (await descent.advance(signal))
  return listed(collected, element => isWithin(element, window))
}

/** An element without a time belongs to whoever lists it. */
export function isWithin({ timeS }: Element, { fromS, toS }: Window): boolean {
  return timeS === undefined || (timeS >= fromS && timeS < toS)
}

function listed({ elements, unreadable, order, duplicates }: Listed, keep: (element: Element) => boolean): Listed {
  const kept = elements.filter(keep)
  return { elements: kept, unreadable, order, duplicates, ...(kept.length < elements.length && { isPart: true }) }
}
