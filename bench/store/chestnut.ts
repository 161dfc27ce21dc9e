/** `node chestnut.js ENDPOINT BUCKET put|get FROM TO`: our side of the benchmark, as a program of its own. */
import { getFile, getFolder, putFile, putFolder, s3Store } from '../../src/store/index.ts'

const [endpoint = '', bucket = '', direction = '', from = '', to = ''] = process.argv.slice(2)
await using store = await s3Store({ bucket, endpoint, region: 'us-east-1' })
const isFolder = to.endsWith('/') || from.endsWith('/')
if (direction === 'put') await (isFolder ? putFolder(store, from, to) : putFile(store, from, to))
else await (isFolder ? getFolder(store, from, to) : getFile(store, from, to))
