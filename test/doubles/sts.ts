import { bytesOf, type Served, serve } from './requests.ts'

export interface StsDouble extends Served {
  /** Parameters of the requests so far. */
  readonly requests: readonly URLSearchParams[]
}

/** Gives the same credentials to whoever shows a token. Format by "AssumeRoleWithWebIdentity", AWS STS API Reference. */
export async function startStsDouble(credentials: { accessKeyId: string; secretAccessKey: string }): Promise<StsDouble> {
  const requests: URLSearchParams[] = []
  const served = await serve(async (request, response) => {
    requests.push(new URLSearchParams((await bytesOf(request)).toString()))
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/audit/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>${credentials.accessKeyId}</AccessKeyId>
      <SecretAccessKey>${credentials.secretAccessKey}</SecretAccessKey>
      <SessionToken></SessionToken>
      <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`)
  })
  return { ...served, requests }
}
