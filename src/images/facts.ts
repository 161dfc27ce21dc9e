/** What an image depends on, of a project. */
export interface ImageFacts {
  /** The project's, and the image's. */
  readonly name: string
  /** Of the Chestnut that the project's lock file pins. */
  readonly chestnut: string
  /** Of ONNX Runtime, as the lock file pins it. */
  readonly onnxRuntime: string
  /** Packages that lie in the project as files, such as "chestnut-0.1.0.tgz". */
  readonly archives: readonly string[]
  /** Whether the project has a configuration. */
  readonly hasConfig: boolean
  /** "gpu": with ONNX Runtime's libraries for CUDA, on a base that has CUDA. */
  readonly device: 'cpu' | 'gpu'
}

/** The user that runs in an image: nobody's account, the number that images without a root have agreed on. */
export const imageUser = 65532

/** The port on which an image answers. */
export const imagePort = 8080
