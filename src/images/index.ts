export { contextFiles, dockerfile, dockerignore } from './dockerfile.ts'
export { type ImageFacts, imagePort, imageUser } from './facts.ts'
export { lockFacts } from './lock-facts.ts'
