import { Misuse } from '../core/index.ts'
import type { Site, WebProxy } from './proxy.ts'

/** Nothing is buffered: a film that passes never lies on the disk of the proxy. */
export const nginx: WebProxy = {
  name: 'nginx',
  file: 'nginx.conf',
  config: site => `daemon off;
user ${site.user};
pid ${site.folder}/nginx.pid;
error_log stderr error;
worker_processes auto;
events {}
http {
  access_log off;
  server_tokens off;
  client_body_temp_path ${site.folder}/body;
  proxy_temp_path ${site.folder}/answers;
  fastcgi_temp_path ${site.folder}/unused;
  uwsgi_temp_path ${site.folder}/unused;
  scgi_temp_path ${site.folder}/unused;
${servers(site)}}
`,
  command: (program, folder) => [program, '-e', 'stderr', '-c', `${folder}/nginx.conf`],
}

function servers({ port, tls, socket }: Site): string {
  if (tls === undefined) return server(`listen ${port};`, socket)
  if (tls.certificate === undefined) {
    throw new Misuse(`Cannot serve "${tls.domain}" with TLS behind nginx: it gets no certificate by itself`, {
      next: 'give --certificate FILE and --key FILE, or take --proxy caddy',
    })
  }
  const { chain, key } = tls.certificate
  const secure = `listen ${tls.port} ssl; server_name ${tls.domain}; ssl_certificate ${chain}; ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3;`
  const to = tls.port === 443 ? tls.domain : `${tls.domain}:${tls.port}`
  return `  server { listen ${port}; server_name ${tls.domain}; return 308 https://${to}$request_uri; }\n${server(secure, socket)}`
}

function server(head: string, socket: string): string {
  return `  server {
    ${head}
    client_max_body_size 0;
    location / {
      proxy_pass http://unix:${socket}:;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_read_timeout 120s;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
`
}
