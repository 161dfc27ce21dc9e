export { type Blobs, blobKey, blobs } from './blobs.ts'
export { type DownloadOptions, type DownloadSource, download, shownUrl } from './download.ts'
export { makeFolder } from './durable.ts'
export { type FetchBlobOptions, fetchBlob } from './fetch-blob.ts'
export { fileDigest } from './file-digest.ts'
export { fileStore } from './file-store.ts'
export { readJson, writeJson } from './json.ts'
export { checkKey } from './keys.ts'
export { memoryStore } from './memory-store.ts'
export { appendNumbered, listNumbers, type Numbered, readNumber, readNumbered } from './numbered.ts'
export { readBytes } from './read-bytes.ts'
export { readJsonFile } from './read-json-file.ts'
export {
  type LinkOptions,
  type S3Options,
  type S3Place,
  type S3Store,
  s3Store,
  type TransferOptions,
} from './s3-store.ts'
export type { Entry, ListOptions, ReadOptions, Store, WriteOptions } from './store.ts'
export { Conflict, NotFound } from './store-errors.ts'
export { getFile, isS3, putFile } from './transfer.ts'
export { getFolder, putFolder, type Transferred } from './transfer-folder.ts'
export { writeFileWhole } from './write-file-whole.ts'
