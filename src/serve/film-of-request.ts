import { boundedBody } from './bounded-body.ts'
import { HttpProblem } from './http-problem.ts'

/** What a multipart form may add around a film. */
const envelope = 64 * 2 ** 10

const wanted = 'send one PNG or JPEG as the field "file" of a multipart form, or as the body itself'

/**
 * The film's bytes out of a request: the field `file` of a multipart form as in the guide, or the body itself.
 *
 * @param most the largest film in bytes
 * @throws HttpProblem 400, 413 or 415 with what was wanted
 */
export async function filmOfRequest(request: Request, most: number, signal: AbortSignal): Promise<Uint8Array> {
  const type = request.headers.get('content-type') ?? ''
  switch (type.split(';')[0]!.trim().toLowerCase()) {
    case 'multipart/form-data':
      return fileOfForm(await boundedBody(request, most + envelope, signal), type)
    case 'image/png':
    case 'image/jpeg':
    case 'application/octet-stream':
      return filled(await boundedBody(request, most, signal))
    default:
      throw new HttpProblem(415, `Cannot read a body of this content type: ${wanted}`, {
        headers: { accept: 'multipart/form-data, image/png, image/jpeg, application/octet-stream' },
      })
  }
}

async function fileOfForm(body: Uint8Array<ArrayBuffer>, type: string): Promise<Uint8Array> {
  const form = await parseForm(body, type)
  const files = form.getAll('file')
  const others = [...form].filter(([name, value]) => name !== 'file' && typeof value !== 'string')
  const [file] = files
  if (files.length + others.length > 1) {
    throw new HttpProblem(400, `Cannot take ${files.length + others.length} files: ${wanted}`)
  }
  if (others.length > 0) throw new HttpProblem(400, `Cannot find the film: the file is in another field, ${wanted}`)
  if (file === undefined) throw new HttpProblem(400, `Cannot find the film: the form has no field "file", ${wanted}`)
  if (typeof file === 'string') throw new HttpProblem(400, `Cannot find the film: the field "file" is text, ${wanted}`)
  return filled(new Uint8Array(await file.arrayBuffer()))
}

/** The platform's parser, which throws on everything that is no form. */
async function parseForm(body: Uint8Array<ArrayBuffer>, type: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'content-type': type } }).formData()
  } catch (cause) {
    throw new HttpProblem(400, `Cannot read the form: it is damaged or cut off, ${wanted}`, { cause })
  }
}

function filled(film: Uint8Array): Uint8Array {
  if (film.length === 0) throw new HttpProblem(400, `Cannot find the film: it is empty, ${wanted}`)
  return film
}
