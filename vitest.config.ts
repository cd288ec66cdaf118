import { defineConfig } from 'vitest/config'

/**
 * `unit` stands beside the code and shares one process; `e2e` starts real processes and servers of ours;
 * `servers` needs other people's servers, which it installs and starts itself.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/{tidy,contract,simulation}/**/*.test.ts'],
          setupFiles: ['test/property_seed.ts'],
          pool: 'threads',
          isolate: false,
          maxWorkers: '100%',
          // Against what hangs: how fast a machine is asserts nothing.
          testTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: '100%',
          testTimeout: 300_000, // Most of it is the start of processes, which a busy machine draws out.
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'servers',
          include: ['test/servers/**/*.test.ts'],
          setupFiles: ['test/servers/show_logs.ts'],
          pool: 'forks',
          maxWorkers: 2, // Most of the time they wait for a server; more of those at once would not fit into the memory of a small machine.
          testTimeout: 300_000,
          hookTimeout: 900_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
    ],
  },
})
