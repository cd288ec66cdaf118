#!/usr/bin/env node
import { existsSync } from 'node:fs'

const major = Number(process.versions.node.split('.')[0])
if (major < 26) {
  process.stderr.write(`tailrace needs Node.js 26 or newer and was started with ${process.versions.node}.\n`)
  process.stderr.write('In a clone, run "npm ci" first and then "npx tailrace …", which brings its own.\n')
  process.exit(78)
}

// A clone runs its sources, a shipped package its compiled files.
const source = new URL('../src/cli/main.ts', import.meta.url)
const entry = existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url)
await import(entry.href)
