/** The alias of the model that people are answered by. */
export const productionAlias = 'production'
