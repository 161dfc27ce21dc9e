/** The exit status of a process that ends by an error which is no `Problem`. */
export const crashed = 70
