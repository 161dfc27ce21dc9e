import { type ImageFacts, imagePort, imageUser } from './facts.ts'

const main = '/app/node_modules/chestnut/dist/src/cli/main.js'
const step = 'node node_modules/chestnut/dist/src/images/build-step.js'

/** Asks the server in the same container whether its model answers. There is no shell and no curl in it. */
const ask = `fetch('http://127.0.0.1:${imagePort}/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`

/** The Dockerfile of a project's image. It can be built with no help of ours: its arguments are told at its top. */
export function dockerfile(facts: ImageFacts): string {
  return [...head(facts), '', ...packages(facts), '', ...image(facts), ''].join('\n')
}

/** What a builder may read of the project: films, results and secrets are none of it. */
export function dockerignore(facts: ImageFacts): string {
  return ['*', ...contextFiles(facts).map(path => `!${path}`), ''].join('\n')
}

/** The files of the project that go into its image. */
export function contextFiles({ archives, hasConfig }: ImageFacts): readonly string[] {
  return ['package.json', 'package-lock.json', ...archives, ...(hasConfig ? ['chestnut.config.ts'] : [])]
}

function head({ device }: ImageFacts): readonly string[] {
  return [
    '# Written by "chestnut image init". Change it as you like: "chestnut image build" takes it as it is.',
    '# BASE: a Node on glibc with npm, by digest, such as node:22-bookworm-slim@sha256:…',
    'ARG BASE',
    ...(device === 'gpu'
      ? [
          '# GPU_BASE: CUDA 12 with cuDNN 9, by digest, such as nvidia/cuda:…-cudnn-runtime-ubuntu22.04@sha256:…',
          'ARG GPU_BASE',
        ]
      : []),
  ]
}

function packages(facts: ImageFacts): readonly string[] {
  return [
    "# Nothing of a package runs while it is installed. The registry's key and certificate are in no layer.",
    'FROM ${BASE} AS packages',
    'WORKDIR /app',
    `COPY ${['package.json', 'package-lock.json', ...facts.archives].join(' ')} ./`,
    'RUN --mount=type=secret,id=npmrc,target=/run/secrets/npmrc --mount=type=secret,id=ca,target=/run/secrets/ca \\',
    '    if [ -s /run/secrets/npmrc ]; then export NPM_CONFIG_USERCONFIG=/run/secrets/npmrc; fi \\',
    ' && if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi \\',
    ' && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --cache /tmp/npm && rm -rf /tmp/npm *.tgz',
    '# Machine code of other systems, and what only compilers and debuggers read.',
    'RUN find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} + \\',
    " && find node_modules -type f \\( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -iname '*.md' \\) ! -iname 'licen*' -delete",
    ...(facts.device === 'gpu' ? cuda(facts) : []),
    ...(facts.hasConfig ? ['COPY chestnut.config.ts ./'] : []),
    `RUN mkdir .chestnut && chown ${imageUser}:${imageUser} .chestnut && ${step} sbom sbom.cdx.json`,
  ]
}

function cuda({ onnxRuntime }: ImageFacts): readonly string[] {
  const name = 'Microsoft.ML.OnnxRuntime.Gpu.Linux'
  return [
    "# ONNX Runtime's libraries for CUDA 12. Their SHA-256 must be given: what is not as it says is refused.",
    `ARG CUDA_PROVIDER=https://www.nuget.org/api/v2/package/${name}/${onnxRuntime}`,
    'ARG CUDA_PROVIDER_SHA256',
    'RUN --mount=type=secret,id=ca,target=/run/secrets/ca \\',
    '    if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi \\',
    ` && ${step} cuda "$CUDA_PROVIDER" "$CUDA_PROVIDER_SHA256"`,
  ]
}

function image({ name, chestnut, device, onnxRuntime }: ImageFacts): readonly string[] {
  const isGpu = device === 'gpu'
  const words = ['serve', '--host', '0.0.0.0', '--port', String(imagePort), ...(isGpu ? ['--device', 'cuda'] : [])]
  return [
    `FROM \${${isGpu ? 'GPU_BASE' : 'BASE'}}`,
    ...(isGpu ? ['COPY --from=packages /usr/local/bin/node /usr/local/bin/node'] : []),
    'ARG BASE',
    ...(isGpu ? ['ARG GPU_BASE'] : []),
    'ARG COMMIT=unknown',
    `LABEL org.opencontainers.image.title=${JSON.stringify(name)} \\`,
    `      org.opencontainers.image.version=${JSON.stringify(chestnut)} \\`,
    '      org.opencontainers.image.revision="${COMMIT}" \\',
    `      org.opencontainers.image.base.name="\${${isGpu ? 'GPU_BASE' : 'BASE'}}" \\`,
    `      chestnut.onnxruntime=${JSON.stringify(onnxRuntime)}`,
    '# "chestnut" is a command here. HOME: the root may be read-only, /tmp is written.',
    'ENV NODE_ENV=production HOME=/tmp PATH=/app/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...(isGpu ? ['ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility'] : []),
    'WORKDIR /app',
    'COPY --from=packages /app /app',
    `USER ${imageUser}:${imageUser}`,
    `EXPOSE ${imagePort}`,
    'STOPSIGNAL SIGTERM',
    `HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "-e", ${JSON.stringify(ask)}]`,
    `ENTRYPOINT ["node", ${JSON.stringify(main)}]`,
    `CMD ${JSON.stringify(words)}`,
  ]
}
