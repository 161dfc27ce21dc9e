/** What the sentence needs to know of a film. */
export interface LabelledFilm {
  readonly patient: string
  readonly labels: Readonly<Record<string, 0 | 1 | null>>
}

/**
 * The sentence that says what was compared with what: without it an AUROC means nothing.
 *
 * @example
 * Pneumonia (59 films of 50 patients) against No Finding (70 films of 48 patients): films with other findings only are not in
 * this set
 */
export function comparisonSentence(films: readonly LabelledFilm[], target: string): string {
  const positives = films.filter(film => film.labels[target] === 1)
  const negatives = films.filter(film => film.labels[target] === 0)
  const others = otherFindings(films, target)
  const shared = others.find(name => negatives.length > 0 && negatives.every(film => film.labels[name] === 1))
  const against = shared ?? `films without ${target}`
  const sentence = `${target} (${size(positives)}) against ${against} (${size(negatives)})`
  return `${sentence}${aside(negatives, others, shared)}`
}

function aside(negatives: readonly LabelledFilm[], others: readonly string[], shared: string | undefined): string {
  // Two classes alone leave nothing to add.
  if (others.length < 2) return ''
  if (shared !== undefined) return ': films with other findings only are not in this set'
  const diseases = others.filter(name => name !== 'No Finding')
  const isDiseased = ({ labels }: LabelledFilm): boolean => diseases.some(name => labels[name] === 1)
  const isHealthy = ({ labels }: LabelledFilm): boolean =>
    labels['No Finding'] === 1 || diseases.every(name => labels[name] === 0)
  const diseased = negatives.filter(isDiseased).length
  const healthy = negatives.filter(film => !isDiseased(film) && isHealthy(film)).length
  const unknown = negatives.length - diseased - healthy
  if (diseased === negatives.length) return ': these show other findings, none is known to be healthy'
  return [
    `: ${count(healthy, 'shows', 'show')} no finding, ${count(diseased, 'shows', 'show')} other findings only`,
    ...(unknown === 0 ? [] : [`of ${count(unknown, 'film', 'films')} that is not known`]),
  ].join(', ')
}

function otherFindings(films: readonly LabelledFilm[], target: string): readonly string[] {
  return [...new Set(films.flatMap(film => Object.keys(film.labels)))].filter(name => name !== target).sort()
}

function size(films: readonly LabelledFilm[]): string {
  const patients = new Set(films.map(film => film.patient)).size
  return `${count(films.length, 'film', 'films')} of ${count(patients, 'patient', 'patients')}`
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`
}
