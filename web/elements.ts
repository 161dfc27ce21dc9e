/** An element of the page that must be there, of the kind that is expected. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new TypeError(`The page lacks the element "${id}"`)
}
