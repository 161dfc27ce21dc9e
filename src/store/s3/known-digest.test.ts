import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashing, joinedEtag, knownDigest } from './known-digest.ts'
import { partSizeOf, partsOf } from './parts.ts'

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const some = md5(Buffer.from('x'))

test('knownDigest() believes an etag that is an MD5, and what s3cmd and rclone write beside the bytes', () => {
  assert.deepEqual(knownDigest({ ETag: `"${some}"` }), { etag: some })
  const s3cmd = { 's3cmd-attrs': `atime:1/ctime:1/gid:0/md5:${some}/mode:33188/uname:root` }
  assert.deepEqual(knownDigest({ ETag: `"${some}-3"`, Metadata: s3cmd }), { etag: some })
  const rclone = { md5chksum: Buffer.from(some, 'hex').toString('base64') }
  assert.deepEqual(knownDigest({ ETag: `"${some}-3"`, Metadata: rclone }), { etag: some })
  const ours = { 'chestnut-part-size': '8388608' }
  const three = { ETag: `"${some}-3"`, ContentLength: 3 * 8388608, Metadata: ours }
  assert.deepEqual(knownDigest(three), { etag: `${some}-3`, partSize: 8388608 })
  // Copied by another tool in parts of its own, with our metadata.
  assert.equal(knownDigest({ ...three, ETag: `"${some}-5"` }), undefined)
})

test('knownDigest() knows nothing of parts whose length nobody says, and of bytes under keys of a key service', () => {
  assert.equal(knownDigest({ ETag: `"${some}-3"` }), undefined)
  assert.equal(knownDigest({ ETag: `"${some}"`, ServerSideEncryption: 'aws:kms' }), undefined)
  assert.equal(knownDigest({ ETag: '"not-an-md5"' }), undefined)
})

test('hashing() gives the etag that the parts have together, however the bytes come', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 500 }),
      fc.integer({ min: 1, max: 90 }),
      fc.array(fc.integer({ min: 1, max: 70 })),
      (bytes, partSize, cuts) => {
        const hash = hashing({ etag: '', partSize })
        let at = 0
        for (const cut of [...cuts, bytes.length]) {
          hash.update(bytes.subarray(at, at + cut))
          at = Math.min(bytes.length, at + cut)
        }
        const parts = partsOf(bytes.length, partSize).map(({ from, to }) => md5(bytes.subarray(from, to)))
        assert.equal(hash.end(), joinedEtag(parts))
      },
    ),
  )
})

test('partSizeOf() never needs more than a thousand parts, and none below 8 MiB but the last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 * 2 ** 40 }), size => {
      const partSize = partSizeOf(size)
      assert.ok(Math.ceil(size / partSize) <= 1000)
      assert.ok(partSize >= 8 << 20)
    }),
  )
})
