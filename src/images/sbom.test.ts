import assert from 'node:assert/strict'
import { test } from 'node:test'
import { billOfMaterials, type ImageContent } from './sbom.ts'

const content: ImageContent = {
  name: 'lungs',
  packages: {
    '': { version: '1.0.0' },
    'node_modules/@img/sharp': { version: '1.2.3', license: 'Apache-2.0', integrity: 'sha512-AAEC' },
    'node_modules/a/node_modules/b': { version: '1.0.0+x' },
    'node_modules/b': { version: '1.0.0+x' },
  },
  natives: [{ path: 'node_modules/a/a.node', sha256: 'ab' }],
  node: '22.1.0',
  dpkg: [
    'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u14',
    'Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1',
  ].join('\n\n'),
  system: { id: 'debian', version: '12' },
}

test('a bill of materials has each package once, with its digest in hexadecimal and its licence', () => {
  const { components } = billOfMaterials(content)
  assert.deepEqual(
    components.map(one => one['bom-ref']),
    [
      'file:node_modules/a/a.node',
      'node',
      'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12',
      'pkg:npm/%40img/sharp@1.2.3',
      'pkg:npm/b@1.0.0%2Bx',
    ],
  )
  const sharp = components.find(({ name }) => name === '@img/sharp')
  assert.deepEqual(sharp?.hashes, [{ alg: 'SHA-512', content: '000102' }])
  assert.deepEqual(sharp?.licenses, [{ license: { name: 'Apache-2.0' } }])
})

test('the same content makes the same text, in whatever order it was found', () => {
  const reversed = { ...content, packages: Object.fromEntries(Object.entries(content.packages).reverse()) }
  assert.equal(JSON.stringify(billOfMaterials(reversed)), JSON.stringify(billOfMaterials(content)))
})
