const common: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** For the page: its own scripts, styles and fonts; pictures of its own making; nobody else's anything. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

/** Headers that every answer carries, problems too. */
export function securityHeaders(contentType: string | null): Readonly<Record<string, string>> {
  return {
    ...common,
    'content-security-policy': contentType?.startsWith('text/html') ? pagePolicy : dataPolicy,
  }
}
