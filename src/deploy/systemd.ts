import { askScript, runScript, writeRemote } from './run-script.ts'
import type { Shell } from './shell.ts'
import type { Service, Supervisor } from './supervisor.ts'

const user = 'chestnut'
const units = '/etc/systemd/system'

const makeUser = `
id ${user} > /dev/null 2>&1 || useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ${user}
mkdir -p "$@"
chown ${user}: "$@"`

/** Services as units of systemd: started with the machine, and again after a crash, under a user who may do little. */
export function systemd(shell: Shell): Supervisor {
  const unit = (name: string): string => `chestnut-${name}.service`
  const systemctl = async (what: string, ...words: readonly string[]): Promise<void> => {
    await runScript(shell, what, 'systemctl "$@"', words, { timeout: 120_000 })
  }
  return {
    name: 'systemd',
    user,
    prepare: async owned => {
      await runScript(shell, `make the user "${user}"`, makeUser, owned)
    },
    start: async service => {
      await writeRemote(shell, `${units}/${unit(service.name)}`, unitText(service))
      await systemctl('read the units anew', 'daemon-reload')
      await systemctl(`enable "${service.name}"`, '--quiet', 'enable', unit(service.name))
      await systemctl(`start "${service.name}"`, 'restart', unit(service.name))
    },
    stop: async name => {
      const script = '[ ! -e "$1/$2" ] || systemctl --quiet disable --now "$2"'
      await runScript(shell, `stop "${name}"`, script, [units, unit(name)], { timeout: 120_000 })
    },
    isRunning: name => {
      // is-active answers with 3 for what does not run.
      const script = 'systemctl --quiet is-active "$1" || exit 1'
      return askScript(shell, `look for "${name}"`, script, [unit(name)])
    },
    log: name => `journalctl -u ${unit(name)}`,
  }
}

/** The unit of a service. What it may not do: write elsewhere, gain rights, see devices or homes of people. */
export function unitText({ name, command, folder, writes, secrets, lowPorts = false }: Service): string {
  return `[Unit]
Description=Chestnut: ${name}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${command.map(word).join(' ')}
WorkingDirectory=${path(folder)}
${secrets === undefined ? '' : `EnvironmentFile=${path(secrets)}\n`}User=${user}
Restart=always
RestartSec=1
TimeoutStopSec=30
UMask=0027
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=${writes.map(quoted).join(' ')}
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
${lowPorts ? 'AmbientCapabilities=CAP_NET_BIND_SERVICE\n' : ''}CapabilityBoundingSet=${lowPorts ? 'CAP_NET_BIND_SERVICE' : ''}

[Install]
WantedBy=multi-user.target
`
}

/** One word of a command: systemd reads quotes, backslashes, `$` for variables and `%` for specifiers. */
function word(text: string): string {
  return quoted(text).replaceAll('$', '$$$$')
}

function quoted(text: string): string {
  return `"${path(text).replace(/["\\]/g, '\\$&')}"`
}

function path(text: string): string {
  return text.replaceAll('%', '%%')
}
