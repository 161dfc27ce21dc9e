import type { WebProxy } from './proxy.ts'

/** Gets and renews certificates by itself. */
export const caddy: WebProxy = {
  name: 'caddy',
  file: 'Caddyfile',
  config: ({ socket, port, tls, folder }) => `{
	admin off
	storage file_system ${folder}/certificates
	http_port ${port}
${tls === undefined ? '\tauto_https off' : `\thttps_port ${tls.port}\n\tskip_install_trust`}
}

${tls === undefined ? `http://:${port}` : `https://${tls.domain}`} {
${tls?.certificate === undefined ? '' : `\ttls ${tls.certificate.chain} ${tls.certificate.key}\n`}	reverse_proxy unix/${socket} {
		transport http {
			keepalive off
		}
	}
}
`,
  command: (program, folder) => [
    '/usr/bin/env',
    `XDG_CONFIG_HOME=${folder}`,
    `XDG_DATA_HOME=${folder}`,
    program,
    'run',
    '--config',
    `${folder}/Caddyfile`,
    '--adapter',
    'caddyfile',
  ],
}
