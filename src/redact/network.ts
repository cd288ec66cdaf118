import { isIP } from 'node:net'

/** How many bits of an address stay. */
export interface Prefix {
  readonly ipv4: number
  readonly ipv6: number
}

const MAPPED_V4 = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/

/** The address of the network that an IP address lies in; undefined for what is no address. */
export function networkOf(value: string, prefix: Prefix): string | undefined {
  const kind = value.includes('%') ? 0 : isIP(value)
  if (kind === 0) return undefined
  return kind === 4 ? networkOfV4(value, prefix.ipv4) : networkOfV6(value, prefix)
}

function networkOfV4(address: string, bits: number): string {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - bits)
  const network = Math.floor(number / size) * size
  return [24, 16, 8, 0].map(shift => Math.floor(network / 2 ** shift) % 256).join('.')
}

/** An address of IPv4 within one of IPv6 (`::ffff:203.0.113.9`) keeps what is kept of IPv4. */
function networkOfV6(address: string, prefix: Prefix): string {
  const [, before, embedded] = MAPPED_V4.exec(address) ?? []
  if (before !== undefined && /^(::|0*:0*:0*:0*:0*:|::0*:)ffff:$/i.test(before)) return before + networkOfV4(embedded!, prefix.ipv4)
  const bits = groupsOf(address)
    .map(group => group.toString(2).padStart(16, '0'))
    .join('')
  const kept = bits.slice(0, prefix.ipv6).padEnd(128, '0')
  const groups = kept.match(/.{16}/g)!.map(group => Number.parseInt(group, 2).toString(16))
  while (groups.at(-1) === '0') groups.pop()
  if (groups.length === 8) return groups.join(':')
  return `${groups.join(':')}::`
}

/** The eight groups of an IPv6 address, which are the same however it is spelled. */
function groupsOf(address: string): readonly number[] {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map(group => group.toString(16)).join(':'),
  )
  const [head = '', tail] = plain.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16)))
  const [before, after] = [parse(head), parse(tail ?? '')]
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

/** A key that is equal for every spelling of an address; IPv4 within IPv6 (`::ffff:203.0.113.9`) has that of IPv4. Undefined for what is no address. */
export function addressKey(address: string): string | undefined {
  const kind = address.includes('%') ? 0 : isIP(address)
  if (kind !== 6) return kind === 4 ? address : undefined
  const groups = groupsOf(address)
  const isEmbedding = groups[5] === 0xffff && groups.slice(0, 5).every(group => group === 0)
  if (!isEmbedding) return groups.join(':')
  return groups
    .slice(6)
    .flatMap(group => [group >> 8, group & 255])
    .join('.')
}
