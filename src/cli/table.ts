/** Characters that a terminal obeys, or takes for the end of a line. Names and reasons come from outside. */
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu

/** Rows under their headings, aligned, one line for each; the last column is left as wide as it is. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map(cells => cells.map(cell => cell.replace(CONTROLS, ' ')))
  const widths = headings.map((_, column) => lines.reduce((widest, line) => Math.max(widest, (line[column] ?? '').length), 0))
  return lines
    .map(line => `${line.map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  ')}`.trimEnd())
    .map(line => `${line}\n`)
    .join('')
}
