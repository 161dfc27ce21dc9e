import { Misuse } from '../core/index.ts'

/** An image by its digest: a tag may be moved to a program of somebody else. */
export const byDigest: RegExp = /^[\w./:-]+@sha256:[0-9a-f]{64}$/

/** @throws Misuse when the image has no digest */
export function checkByDigest(image: string): void {
  if (byDigest.test(image)) return
  throw new Misuse(`Cannot use the image "${image}": it has no digest, wanted "NAME@sha256:…"`, {
    next: 'chestnut image build --push REGISTRY, which says it',
  })
}
