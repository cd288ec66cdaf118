import fc from 'fast-check'

/** The same tree gives the same result: property tests try the same values each time. `PROPERTY_SEED=7 npm test` tries others. */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) })
