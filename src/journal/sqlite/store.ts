import { statSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { journalFault } from './faults.ts'
import { markLog } from './log_mark.ts'

type Row = Readonly<Record<string, SQLOutputValue>>

/** An open database: its statements, prepared once, and what their errors mean. */
export class Store implements Disposable {
  readonly path: string
  readonly database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  /** False until the first transaction of a log is committed: one that failed may have left bytes in it, and no mark. */
  #isLogMarked = true

  constructor(path: string, database: DatabaseSync) {
    this.path = path
    this.database = database
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes)
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#asked(() => this.#statement(sql).get(...values))
  }

  /** All rows at once: no transaction may stay open while somebody works on them. */
  all(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.#asked(() => this.#statement(sql).all(...values))
  }

  /** Runs `work` in one transaction; what it throws is thrown as it is. */
  transaction<T>(work: () => T): T {
    this.database.exec('BEGIN IMMEDIATE')
    try {
      if (this.logBytes === 0) this.#isLogMarked = false
      if (!this.#isLogMarked) markLog(this)
      const result = work()
      this.database.exec('COMMIT')
      this.#isLogMarked = true
      return result
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK') // SQLite has done so itself where the disk was full.
      throw error
    }
  }

  /** Bytes of the write-ahead log. */
  get logBytes(): number {
    return fileBytes(`${this.path}-wal`)
  }

  get diskBytes(): number {
    return fileBytes(this.path) + this.logBytes
  }

  [Symbol.dispose](): void {
    this.database.close()
  }

  #asked<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw journalFault(this.path, error)
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
