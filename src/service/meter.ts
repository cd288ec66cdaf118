import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Meter } from '../core/context.ts'
import { METRICS, type MetricDeclaration, type MetricName } from '../core/metrics.ts'

/** A meter that Prometheus can read. */
export interface PrometheusMeter extends Meter {
  readonly contentType: string
  text(): Promise<string>
}

export function createPrometheusMeter(): PrometheusMeter {
  const registry = new Registry()
  const counters = new Map<MetricName, Counter>()
  const gauges = new Map<MetricName, Gauge>()
  const histograms = new Map<MetricName, Histogram>()
  for (const [name, declared] of Object.entries(METRICS) as [MetricName, MetricDeclaration][]) {
    const { type, help, labels, buckets } = declared
    const options = { name, help, labelNames: [...labels], registers: [registry] }
    if (type === 'counter') counters.set(name, new Counter(options))
    else if (type === 'gauge') gauges.set(name, new Gauge(options))
    else histograms.set(name, new Histogram({ ...options, ...(buckets === undefined ? {} : { buckets: [...buckets] }) }))
  }
  return {
    add: (name, labels, value) => of(counters, name).inc(labels, value),
    set: (name, labels, value) => of(gauges, name).set(labels, value),
    observe: (name, labels, value) => of(histograms, name).observe(labels, value),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}

function of<M>(metrics: ReadonlyMap<MetricName, M>, name: MetricName): M {
  const metric = metrics.get(name)
  if (metric === undefined) throw new Error(`The metric ${name} is of another type than it is used as`)
  return metric
}

/** For a run that nobody measures. */
export const SILENT_METER: Meter = { add() {}, set() {}, observe() {} }
