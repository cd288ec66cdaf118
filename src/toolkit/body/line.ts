/**
 * JSON text on one line. Outside of strings a line break is white space, and inside one it can only
 * stand escaped: so a space for each says the same.
 */
export function ndjsonLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replace(/[\r\n]/g, ' ') : json
}
