import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/folder.ts'
import { TlsMaterial, tlsRefusal, tlsRemedy, tlsSettings } from './tls.ts'

describe('the settings', () => {
  test('a certificate without its key is refused, and the other way round', () => {
    expect(tlsSettings().safeParse({ cert_file: 'a' }).error?.issues[0]?.message).toMatch(/both cert_file and key_file/)
    expect(tlsSettings().safeParse({ key_file: 'a' }).success).toBe(false)
    expect(tlsSettings().parse({})).toEqual({ min_version: '1.2', insecure_skip_verify: false })
  })

  test('nothing set leaves the authorities of the system', () => {
    expect(new TlsMaterial(tlsSettings().parse({})).options()).toEqual({ minVersion: 'TLSv1.2' })
  })

  test('the authority of the file stands beside those of the system, and is read again when it changes', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'ca.pem')
    writeFileSync(file, 'first')
    const material = new TlsMaterial(tlsSettings().parse({ ca_file: file, server_name: 'broker', min_version: '1.3' }))
    const options = material.options()
    expect(options).toMatchObject({ servername: 'broker', minVersion: 'TLSv1.3' })
    expect(options.ca?.at(-1)).toBe('first')
    expect(options.ca?.length).toBeGreaterThan(1)
    writeFileSync(`${file}.new`, 'second')
    renameSync(`${file}.new`, file)
    expect(material.options().ca?.at(-1)).toBe('second')
  })

  test('a file that is not there blocks, and is named', () => {
    const material = new TlsMaterial(tlsSettings().parse({ ca_file: '/nowhere/ca.pem' }))
    expect(() => material.options()).toThrow(
      expect.objectContaining({ name: 'BlockedError', message: expect.stringContaining('/nowhere/ca.pem') }),
    )
  })
})

test.each([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /tls\.ca_file/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /tls\.ca_file/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /tls\.server_name/],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', /tls\.cert_file/],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /tls\.cert_file/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /tls\.min_version/],
  ['CERT_HAS_EXPIRED', /renew/],
])('%s is found below other errors, and has its remedy', (code, remedy) => {
  const cause = Object.assign(new Error('refused'), { code })
  expect(tlsRefusal(new Error('outer', { cause: new Error('inner', { cause }) }))).toBe(code)
  expect(tlsRemedy(code)).toMatch(remedy)
})

test.each(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', undefined])('%s is no failure of TLS', code => {
  expect(tlsRefusal(Object.assign(new Error('failed'), { code }))).toBeUndefined()
  expect(tlsRefusal('text')).toBeUndefined()
})
