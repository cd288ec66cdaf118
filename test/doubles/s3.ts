import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Behaviour, misbehave } from './misbehaviour.ts'
import { bytesOf, type Served, serve } from './requests.ts'

/** An answer of its own for the next requests that write. */
export interface S3Refusal {
  readonly status: number
  readonly code: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface S3Double extends Served {
  /** Bodies by key. */
  readonly objects: ReadonlyMap<string, Buffer>
  /** Headers by key. */
  readonly headers: ReadonlyMap<string, IncomingMessage['headers']>
  readonly parts: readonly { readonly number: number; readonly headers: IncomingMessage['headers']; readonly body: Buffer }[]
  /** How many requests that write have arrived, by `PUT`, `PUT part`, `POST uploads`, `POST complete`, `DELETE parts`. */
  readonly requests: readonly string[]
  behaviour: Behaviour
  /** What requests of this kind, or of this kind and first folder (`PUT 2026-01-01`), are answered with, instead of being done. */
  readonly refusals: Map<string, S3Refusal>
}

/**
 * A stand-in for an object store that can be made to fail in ways a real one cannot; it does not look at signatures.
 * Answers by "REST Error Responses", "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload",
 * "AbortMultipartUpload" and "ListObjectsV2", Amazon S3 API Reference.
 */
export async function startS3Double(): Promise<S3Double> {
  const objects = new Map<string, Buffer>()
  const headers = new Map<string, IncomingMessage['headers']>()
  const parts: { number: number; headers: IncomingMessage['headers']; body: Buffer }[] = []
  const requests: string[] = []
  const double = {
    ...(await serve(answer)),
    objects,
    headers,
    parts,
    requests,
    behaviour: 'accept' as Behaviour,
    refusals: new Map<string, S3Refusal>(),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', double.url)
    const kind = kindOf(request.method ?? '', url)
    const body = await bytesOf(request)
    if (kind !== 'GET') requests.push(kind)
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'))
    const refusal = double.refusals.get(kind) ?? double.refusals.get(`${kind} ${key.split('/')[0]}`)
    if (refusal !== undefined) return refuse(response, refusal)
    if (kind !== 'GET' && double.behaviour !== 'accept') return fail(response, double.behaviour)
    switch (kind) {
      case 'GET':
        return xml(response, '<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>')
      case 'PUT':
        objects.set(key, body)
        headers.set(key, request.headers)
        return void response.writeHead(200, { etag: '"whole"' }).end()
      case 'POST uploads':
        headers.set(key, request.headers)
        return xml(response, '<InitiateMultipartUploadResult><UploadId>upload-1</UploadId></InitiateMultipartUploadResult>')
      case 'PUT part': {
        const number = Number(url.searchParams.get('partNumber'))
        parts.push({ number, headers: request.headers, body })
        return void response.writeHead(200, { etag: `"part-${number}"` }).end()
      }
      case 'POST complete':
        objects.set(key, Buffer.concat(parts.toSorted((a, b) => a.number - b.number).map(part => part.body)))
        return xml(response, '<CompleteMultipartUploadResult><ETag>"parts"</ETag></CompleteMultipartUploadResult>')
      default:
        return void response.writeHead(204).end()
    }
  }

  return double
}

function kindOf(method: string, { searchParams }: URL): string {
  if (searchParams.has('uploads')) return `${method} uploads`
  if (searchParams.has('partNumber')) return `${method} part`
  if (searchParams.has('uploadId')) return method === 'POST' ? 'POST complete' : `${method} parts`
  return method
}

function xml(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`)
}

function refuse(response: ServerResponse, { status, code, headers }: S3Refusal): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>staged ${code}</Message></Error>`
  response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body)
}

function fail(response: ServerResponse, behaviour: Exclude<Behaviour, 'accept'>): void {
  if (behaviour === 'busy') refuse(response, { status: 503, code: 'SlowDown', headers: { 'retry-after': '7' } })
  else if (behaviour === 'redirect')
    refuse(response, { status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-west-1' } })
  else misbehave(response, behaviour, { start: '<Error>' })
}
