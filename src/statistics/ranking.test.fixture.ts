import fc from 'fast-check'

export interface Ranking {
  readonly scores: number[]
  readonly labels: number[]
  readonly clusters: string[]
}

/** Films with small whole scores, hence many ties, of few patients, with both classes. */
export function ranking(): fc.Arbitrary<Ranking> {
  const film = fc.record({
    score: fc.integer({ min: -6, max: 6 }),
    label: fc.constantFrom(0, 1),
    patient: fc.nat({ max: 9 }),
  })
  return fc
    .array(film, { minLength: 4, maxLength: 60 })
    .filter(films => new Set(films.map(({ label }) => label)).size === 2)
    .map(films => ({
      scores: films.map(({ score }) => score),
      labels: films.map(({ label }) => label),
      clusters: films.map(({ patient }) => `p${patient}`),
    }))
}
