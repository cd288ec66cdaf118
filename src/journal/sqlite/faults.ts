import { FatalError, RetryableError, TailraceError, toError } from '../../core/errors.ts'

/** EX_UNAVAILABLE of sysexits.h: something this program needs is held by somebody else, or not there now. */
const EXIT_UNAVAILABLE = 69
/** EX_SOFTWARE: what is stored is not what was written. */
const EXIT_DAMAGED = 70
const EXIT_NOT_FOUND = 66
const EXIT_CONFIG = 78

// Primary result codes (sqlite.org, "Result and Error Codes").
const BUSY = 5
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const NOTADB = 26

/** The primary result code of an error of SQLite, or of the error it caused; undefined for any other error. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code & 0xff : sqliteCode(error.cause)
}

/** Why a write failed, if waiting and writing again can help: a full or failing disk, or somebody else's lock. */
export function passingFault(error: unknown): string | undefined {
  switch (sqliteCode(error)) {
    case FULL:
      return 'no room on the disk'
    case IOERR:
      return 'the disk refuses to be written'
    case BUSY:
      return 'another program holds a lock on the journal'
    default:
      return undefined
  }
}

/** What an error of SQLite means to the rest of the program. */
export function journalFault(path: string, cause: unknown): Error {
  const error = toError(cause)
  if (error instanceof TailraceError) return error
  switch (sqliteCode(cause)) {
    case CORRUPT:
    case NOTADB:
      return damaged(path, error.message, cause)
    case FULL:
    case IOERR:
    case BUSY:
      return new RetryableError('journal.unreadable', `${path}: ${passingFault(cause)} (${error.message})`, { cause })
    default:
      return error
  }
}

/** Never answered by starting from nothing: what to give up is for the operator to say. */
export function damaged(path: string, what: string, cause?: unknown): FatalError {
  return new FatalError(
    'journal.damaged',
    `The journal ${path} is damaged: ${what}. Nothing was changed. Move ${path}, ${path}-wal and ${path}-shm away, all of them: what is ` +
      'left beside a backup is taken for its own. Then put a backup there, with its own -wal if it has one, or start again without: ' +
      'every source then reads again from its `start`, and every sink is sent again what is read. Positions and dead letters are in ' +
      'the file that was moved.',
    { cause, exitCode: EXIT_DAMAGED },
  )
}

/** Neither is of use to the other, and each may be whole: which one is wanted is for the operator to say. */
export function mixed(path: string): FatalError {
  return new FatalError(
    'journal.mixed',
    `The journal ${path} and the log ${path}-wal do not belong together: the log was begun on another file, or on this one at another ` +
      `moment. Nothing was changed. If ${path} is a backup, move ${path}-wal and ${path}-shm away, put its own -wal there if it was ` +
      'copied with one, and start again: what came since is read and sent again. If it is not, move it away too, and put the file there ' +
      'that the log was left beside.',
    { exitCode: EXIT_DAMAGED },
  )
}

/** Never written on: what was acknowledged since then is lost with the process, and what comes after would be. */
export function gone(path: string, file: string): FatalError {
  return new FatalError(
    'journal.gone',
    `${file} was moved, removed or replaced while this process wrote the journal ${path}. It ends, because nobody could read what it would ` +
      `write there. Put ${path} and ${path}-wal back where they were, or leave what stands there now, and start again: where there is no ` +
      'journal, every source reads again from its `start`, and every sink is sent again what is read.',
    { exitCode: EXIT_DAMAGED },
  )
}

/** Never written on: a lock that nobody finds keeps no second process out. */
export function unlocked(path: string, lock: string): FatalError {
  return new FatalError(
    'journal.gone',
    `${lock} was moved, removed or replaced while this process wrote the journal ${path}. It ends, because another one may write the journal ` +
      'now: both would send the same events. Start it again where no other runs, and leave that file where it is: the lock ends with its process.',
    { exitCode: EXIT_DAMAGED },
  )
}

export function locked(path: string): FatalError {
  return new FatalError(
    'journal.locked',
    `The journal ${path} is in use by another tailrace process (it holds ${path}.lock). Stop that process, or give this one a ` +
      '`journal.path` of its own. The lock ends with its process, however that ends: there is nothing to remove.',
    { exitCode: EXIT_UNAVAILABLE },
  )
}

/** Two processes that open it by two names write two logs beside it, and neither of them is whole. */
export function linked(path: string, names: number): FatalError {
  return new FatalError(
    'journal.linked',
    `The journal ${path} has ${names} names (hard links), and its log stands beside one of them alone: whoever opened it by another name ` +
      'would damage it. Remove the other names, or put a copy of the file, with that of its log, in their place.',
    { exitCode: EXIT_CONFIG },
  )
}

export function missing(path: string): FatalError {
  return new FatalError(
    'journal.missing',
    `There is no journal at ${path}. \`tailrace run\` makes it; check \`journal.path\`, or --journal.`,
    {
      exitCode: EXIT_NOT_FOUND,
    },
  )
}

/** Another process holds a lock on the file. */
export const isBusy = (error: unknown) => sqliteCode(error) === BUSY

export function unusable(path: string, cause: unknown): FatalError {
  const passing = passingFault(cause)
  if (passing !== undefined) {
    return new FatalError(
      'journal.unavailable',
      `The journal ${path} cannot be opened now: ${passing} (${toError(cause).message}). Nothing in it was changed and nothing is lost. ` +
        (isBusy(cause) ? 'End that program.' : 'Make room, or mend the disk, which has to be a local one.'),
      { cause, exitCode: EXIT_UNAVAILABLE },
    )
  }
  return new FatalError(
    'journal.unusable',
    `The journal ${path} cannot be opened: ${toError(cause).message}. Its folder and files must be on a local disk and ` +
      'readable and writable by the user who runs this process.',
    { cause, exitCode: EXIT_CONFIG },
  )
}

export function newer(path: string, version: number, known: number): FatalError {
  return new FatalError(
    'journal.newer',
    `The journal ${path} was written by a later version of tailrace (format ${version}, this one knows ${known}). Run that version or a later one.`,
    { exitCode: EXIT_CONFIG },
  )
}
