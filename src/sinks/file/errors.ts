import { BlockedError, RetryableError, toError } from '../../core/errors.ts'

/** What an operator can mend, by the code of the operating system. */
const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'give the user that Tailrace runs as the right to write there',
  EPERM: 'give the user that Tailrace runs as the right to write there',
  EROFS: 'the file system is mounted read-only: mount it for writing, or set another path',
  ENOENT: 'create the folder, or mount it, or set another path',
  ENOTDIR: 'a part of the path is a file: set another path',
  EISDIR: 'the path is a folder: set the path of a file',
  ELOOP: 'the path goes round in links: set another path',
  ENAMETOOLONG: 'set a shorter path',
  EFBIG: 'the file system takes no file of that size: lower rotate_bytes',
}

/** What the failure of a call on `path` means (invariant 4: no event is to blame for a disk). */
export function diskError(path: string, cause: unknown): BlockedError | RetryableError {
  if (cause instanceof BlockedError || cause instanceof RetryableError) return cause
  const { message } = toError(cause)
  const { code = '' } = cause as NodeJS.ErrnoException
  const remedy = REMEDIES[code]
  if (remedy !== undefined) return new BlockedError('file.denied', `${path} can't be written: ${message}. To do: ${remedy}.`, { cause })
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const what = code === 'ENOSPC' ? 'The disk is full' : 'The quota of the disk is used up'
    return new RetryableError(
      'file.full',
      `${what}: ${path} can't be written: ${message}. Nothing is lost; make room, it is tried again.`,
      {
        cause,
      },
    )
  }
  const todo = code === 'EMFILE' ? 'this process may open no more files: raise its limit (ulimit -n, LimitNOFILE)' : 'look at its disk'
  return new RetryableError('file.failed', `${path} can't be written: ${message}. It is tried again; ${todo}.`, { cause })
}
