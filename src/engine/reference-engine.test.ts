import { engineContract } from './engine.contract.ts'
import { referenceEngine } from './reference-engine.ts'

engineContract('referenceEngine()', referenceEngine())
