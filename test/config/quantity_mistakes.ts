import { below, type Mistake, source } from './mistake.ts'

const durations: readonly (readonly [string, string | undefined])[] = [
  ['5 mins', '5m'],
  ['5M', '5m'],
  ['1H', '1h'],
  ['90 Seconds', '90s'],
  ['0.5 hours', '0.5h'],
  ['30m 15s', '1815s'],
  ['15', '15s'],
  ['PT5M', undefined],
  ['5 days', undefined],
  ['2h', undefined],
]

/** Durations and sizes in units that are none of ours: the nearest valid form is named. */
export const QUANTITY_MISTAKES: readonly Mistake[] = [
  ...durations.map(([written, meant]) => ({
    name: `the duration ${written}`,
    yaml: source(`poll_interval: "${written}"`),
    problems: [
      `t.yaml:7:20  sources.acme.poll_interval: expected a duration from 1s to 1h, got "${written}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    ],
  })),
  {
    name: 'a duration of a variable',
    yaml: source('poll_interval: ${SPAN:-5 mins}'),
    problems: ['t.yaml:7:20  sources.acme.poll_interval: expected a duration from 1s to 1h, got "${SPAN:-5 mins}"'],
  },
  {
    name: 'sizes with units of other programs',
    yaml: below('journal:\n  max_bytes: 10 gigs\n  retention_bytes: 5gb\n  retention: 2 weeks\n'),
    problems: [
      't.yaml:6:14  journal.max_bytes: expected a size from 1MiB to 100TiB, got "10 gigs"; did you mean "10GiB"?',
      't.yaml:7:20  journal.retention_bytes: expected a size from 1MiB to 100TiB, got "5gb"; did you mean "5GB"?',
      't.yaml:8:14  journal.retention: expected a duration from 1m to 3650d, got "2 weeks"; did you mean "2w"?',
    ],
  },
]
