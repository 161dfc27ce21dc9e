/** Actions that workflows use, each by the commit that its version was at. */
const pins = {
  checkout: ['actions/checkout', '3d3c42e5aac5ba805825da76410c181273ba90b1', 'v7.0.1'],
  setupNode: ['actions/setup-node', '48b55a011bda9f5d6aeb4c2d9c7362e8dae4041e', 'v6.4.0'],
  cache: ['actions/cache', '27d5ce7f107fe9357f9df03efb73ab90386fccae', 'v5.0.5'],
  upload: ['actions/upload-artifact', '043fb46d1a93c77aae656e7c1c64a875d1fc6a0a', 'v7.0.1'],
  download: ['actions/download-artifact', '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c', 'v8.0.1'],
} as const

export type ActionName = keyof typeof pins

/** The line of a step that uses an action: a commit cannot be moved as a tag can. */
export function uses(name: ActionName): string {
  const [action, commit, version] = pins[name]
  return `uses: ${action}@${commit} # ${version}`
}
