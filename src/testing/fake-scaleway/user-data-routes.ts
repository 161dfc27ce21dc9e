import { invalidArgument, notFound } from './api-error.ts'
import type { Answer, Call, Route } from './route.ts'
import { serverOf } from './server-routes.ts'
import type { World } from './world.ts'

/** Characters that one key holds at most. */
const most = 127_998

const base = '/instance/v1/zones/{zone}/servers/{server}/user_data'

/** The API's side of a server's user data: texts by key. */
export function userDataRoutes(world: World): readonly Route[] {
  return [
    {
      name: 'listServerUserData',
      method: 'GET',
      path: base,
      run: call => ({ json: { user_data: [...serverOf(world, call).userData.keys()] } }),
    },
    {
      name: 'getServerUserData',
      method: 'GET',
      path: `${base}/{key}`,
      run: call => read(serverOf(world, call).userData, call),
    },
    {
      name: 'setServerUserData',
      method: 'PATCH',
      path: `${base}/{key}`,
      run: call => write(serverOf(world, call).userData, call),
    },
    {
      name: 'deleteServerUserData',
      method: 'DELETE',
      path: `${base}/{key}`,
      run: call => erase(serverOf(world, call).userData, call),
    },
  ]
}

export function read(userData: Map<string, string>, call: Call): Answer {
  const text = userData.get(call.path['key'] ?? '')
  if (text === undefined) throw notFound('user_data', call.path['key'] ?? '')
  return { text }
}

export function write(userData: Map<string, string>, call: Call): Answer {
  const key = call.path['key'] ?? ''
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(key)) throw invalidArgument('key', `"${key}" is no key`, 'format')
  if (call.text.length > most) throw invalidArgument('content', `at most ${most} characters are kept`)
  userData.set(key, call.text)
  return { status: 204 }
}

export function erase(userData: Map<string, string>, call: Call): Answer {
  userData.delete(call.path['key'] ?? '')
  return { status: 204 }
}
