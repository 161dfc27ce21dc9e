import { request } from 'node:http'
import { Problem, systemCode } from '../../core/index.ts'

const firstPort = 512
const lastPort = 1023
/** Milliseconds. */
const timeout = 5000

/**
 * Writes a key of the machine's user data, which whoever rents the machine can read without reaching it. The service believes only
 * who speaks from a port below 1024: root.
 *
 * @param address of the key, such as `http://169.254.42.42/user_data/chestnut-heartbeat`
 */
export async function writeUserData(address: string, text: string): Promise<void> {
  for (let port = lastPort; port >= firstPort; port--) {
    try {
      return await patch(address, text, port)
    } catch (error) {
      // A port rests for a minute after its use.
      if (systemCode(error) !== 'EADDRINUSE' && systemCode(error) !== 'EADDRNOTAVAIL') throw error
    }
  }
  throw new Problem(`Cannot write user data: all ports from ${firstPort} to ${lastPort} are in use`)
}

function patch(address: string, text: string, localPort: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) }
    const call = request(address, { method: 'PATCH', localPort, headers, timeout, agent: false }, response => {
      response.resume()
      response.once('error', reject)
      response.once('end', () => {
        const { statusCode = 0 } = response
        if (statusCode < 300) resolve()
        else reject(new Problem(`Cannot write user data: the service answered ${statusCode}`))
      })
    })
    call.once('timeout', () =>
      call.destroy(new Problem(`Cannot write user data: no answer within ${timeout / 1000} s`)),
    )
    call.once('error', reject)
    call.end(text)
  })
}
