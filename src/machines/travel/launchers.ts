const launcher = (main: string): string => `#!/bin/sh
here=$(CDPATH= cd -- "\${0%/*}" && pwd)
exec "$here/bin/node" "$here/node_modules/chestnut/dist/src/${main}" "$@"
`

/** Programs beside "bin/node" and "node_modules", by name: the command line, and the agent. */
export const launchers: Readonly<Record<'chestnut' | 'chestnut-agent', string>> = {
  chestnut: launcher('cli/main.js'),
  'chestnut-agent': launcher('machines/agent/main.js'),
}
