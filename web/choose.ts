import { element } from './elements.ts'

/** Calls back with each film that a person picks, drops anywhere on the page, or pastes. */
export function onFilm(take: (film: File) => void): void {
  const input = element('file', HTMLInputElement)
  const viewer = element('viewer', HTMLElement)
  input.addEventListener('change', () => {
    const [film] = input.files ?? []
    // Emptied, so that picking the same film again counts as a change.
    input.value = ''
    if (film) take(film)
  })
  document.addEventListener('dragover', event => {
    event.preventDefault()
    viewer.classList.add('over')
  })
  document.addEventListener('dragleave', event => {
    if (event.relatedTarget === null) viewer.classList.remove('over')
  })
  document.addEventListener('drop', event => {
    event.preventDefault()
    viewer.classList.remove('over')
    takeFirst(event.dataTransfer, take)
  })
  document.addEventListener('paste', event => takeFirst(event.clipboardData, take))
}

function takeFirst(transfer: DataTransfer | null, take: (film: File) => void): void {
  const [film] = transfer?.files ?? []
  if (film) take(film)
}
