import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { serve as listen } from '@hono/node-server'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { packageRoot } from '../core/index.ts'
import { need } from '../testing/needs.ts'
import { brightness, fourteen, greyPng, type Served, served } from './tools.test.fixture.ts'

const browserPath = '/usr/bin/chromium'
const skip =
  need({ path: browserPath, install: 'apt-get install chromium' }) ||
  need({ path: join(packageRoot(), 'dist', 'web', 'main.js'), install: 'npm run build' })

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let app: Served
let servers: ReturnType<typeof listen>[]
let browser: Browser
let folder: string
let address: string
/** Where models of other kinds answer. */
let several: string
let sure: string

before(async () => {
  if (skip) return
  servers = []
  app = served()
  address = await onPort(app)
  several = await onPort(served(fourteen))
  sure = await onPort(served({ classify: withInterval }))
  folder = await mkdtemp(join(tmpdir(), 'chestnut-page-'))
  await writeFile(join(folder, 'bright.png'), await greyPng(50_000, 300, 240))
  await writeFile(join(folder, 'dark.png'), await greyPng(9_000, 240, 300))
  await writeFile(join(folder, 'text.png'), 'I am a text')
  browser = await chromium.launch({ executablePath: browserPath, args: flags })
})

after(async () => {
  if (skip) return
  await browser.close()
  for (const server of servers) server.close()
  await rm(folder, { recursive: true })
})

async function onPort(of: Served): Promise<string> {
  const server = listen({ fetch: of.fetch, hostname: '127.0.0.1', port: 0 })
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const withInterval: typeof brightness.classify = async (films, options) =>
  (await brightness.classify(films, options)).map(reading => ({
    ...reading,
    answers: reading.answers.map(answer => ({ ...answer, interval: { low: 0.62, high: 0.84, level: 0.9 } })),
  }))

/** Opens the page, uses it, and asserts that it asked no other host and logged no error. */
async function onPage(
  use: (page: Page) => Promise<void>,
  options: Parameters<Browser['newContext']>[0] & { readonly at?: string } = {},
): Promise<void> {
  const { at = address } = options
  const context: BrowserContext = await browser.newContext(options)
  try {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', error => complaints.push(error.message))
    page.on('console', message => {
      // A refused film is a 4xx, which browsers note as an error by themselves.
      if (message.type() === 'error' && !message.text().includes('422')) complaints.push(message.text())
    })
    page.on('request', request => {
      const url = request.url()
      if (!url.startsWith(at) && !/^(blob|data):/.test(url)) complaints.push(url)
    })
    await page.goto(at)
    await use(page)
    assert.deepEqual(complaints, [])
  } finally {
    await context.close()
  }
}

/** A film in the hand of a person who drags it: built inside the page, whose types this side does not know. */
function dragged(page: Page, png: Uint8Array): ReturnType<Page['evaluateHandle']> {
  return page.evaluateHandle(`(() => {
    const bytes = Uint8Array.from(atob('${Buffer.from(png).toString('base64')}'), letter => letter.charCodeAt(0))
    const transfer = new DataTransfer()
    transfer.items.add(new File([bytes], 'Doe_John.png', { type: 'image/png' }))
    return transfer
  })()`)
}

test('a dropped film shows its prediction, its probability and its heat map', { skip }, async () => {
  await onPage(async page => {
    await page.getByText('lungs@3').waitFor()
    await page.dispatchEvent('#viewer', 'drop', { dataTransfer: await dragged(page, await greyPng(50_000, 300, 240)) })
    await page.locator('#prediction', { hasText: /^Pneumonia$/ }).waitFor()
    assert.equal(await page.locator('#probability').textContent(), '0.76')
    assert.equal(await page.locator('#limit').textContent(), '0.40')
    assert.equal(await page.locator('#by').textContent(), 'lungs@3')
    assert.equal(await page.locator('#overlay').isVisible(), true)
    assert.equal(await page.locator('#about').textContent(), 'Bright places.')
    assert.equal(await page.locator('#bar').getAttribute('aria-label'), 'Probability 0.76, threshold 0.40')
  })
  assert.doesNotMatch(JSON.stringify(app.lines), /Doe/)
})

test('the heat map is switched off, and its strength set, from the keyboard', { skip }, async () => {
  await onPage(async page => {
    await page.setInputFiles('#file', join(folder, 'bright.png'))
    await page.locator('#overlay').waitFor()
    await page.locator('#heat').focus()
    await page.keyboard.press('Space')
    assert.equal(await page.locator('#overlay').isVisible(), false)
    assert.equal(await page.locator('#film').isVisible(), true)
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Home')
    assert.equal(await page.evaluate("document.getElementById('overlay').style.opacity"), '0')
  })
})

test('a film is chosen with the keyboard alone', { skip }, async () => {
  await onPage(async page => {
    page.on('filechooser', chooser => void chooser.setFiles(join(folder, 'dark.png')))
    await page.getByText('lungs@3').waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.id'), 'file')
    await page.keyboard.press('Enter')
    await page.locator('#prediction', { hasText: /^No Pneumonia$/ }).waitFor()
    await page.getByText('The probability of 0.14 stays below the threshold of 0.40.').waitFor()
  })
})

test('a file that is no film gives its sentence, and the next film its answer', { skip }, async () => {
  await onPage(async page => {
    await page.setInputFiles('#file', join(folder, 'text.png'))
    const problem = page.getByRole('alert')
    await problem.waitFor()
    assert.match((await problem.textContent()) ?? '', /^Cannot read the film: /)
    await page.setInputFiles('#file', join(folder, 'bright.png'))
    await page.locator('#prediction', { hasText: 'Pneumonia' }).waitFor()
    assert.equal(await problem.isVisible(), false)
  })
})

test('on a phone nothing sticks out, and there is room to drop a film', { skip }, async () => {
  await onPage(
    async page => {
      const over = (): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth - innerWidth')
      assert.equal(await over(), 0)
      const target = await page.locator('.drop').boundingBox()
      assert.ok(target && target.height > 250 && target.width > 250, JSON.stringify(target))
      await page.setInputFiles('#file', join(folder, 'bright.png'))
      await page.locator('#overlay').waitFor()
      assert.equal(await over(), 0)
    },
    { viewport: { width: 360, height: 740 } },
  )
})

test('an interval is drawn, told and read out beside its probability', { skip }, async () => {
  await onPage(
    async page => {
      await page.setInputFiles('#file', join(folder, 'bright.png'))
      await page.locator('#prediction', { hasText: /^Pneumonia$/ }).waitFor()
      assert.equal(await page.locator('#interval').textContent(), '0.62 to 0.84')
      assert.equal(await page.locator('#interval-name').textContent(), '90 % interval')
      const name = 'Probability 0.76, 90 % interval 0.62 to 0.84, threshold 0.40'
      const bar = await page.getByRole('img', { name }).boundingBox()
      const whisker = await page.locator('#bar .whisker').boundingBox()
      assert.ok(bar && whisker)
      assert.ok(Math.abs(whisker.x - bar.x - 0.62 * bar.width) < 2)
      assert.ok(Math.abs(whisker.width - 0.22 * bar.width) < 2)
      assert.equal(await page.locator('#findings').isVisible(), false)
    },
    { at: sure },
  )
})

test('fourteen findings are listed, the positive ones first, each with bar, interval and threshold', {
  skip,
}, async () => {
  await onPage(
    async page => {
      await page.setInputFiles('#file', join(folder, 'bright.png'))
      await page.locator('#prediction', { hasText: /^2 findings$/ }).waitFor()
      await page.getByText('Of 14 findings, Effusion and Pneumonia reach their thresholds.').waitFor()
      const names = await page.locator('.finding .name').allTextContents()
      assert.deepEqual(names.slice(0, 4), ['Effusion', 'Pneumonia', 'Atelectasis', 'Cardiomegaly'])
      assert.equal(names.length, 14)
      const details = await page.locator('.finding .detail').allTextContents()
      assert.equal(details[0], 'reaches its threshold of 0.30 · 90 % interval 0.50 to 0.92')
      assert.deepEqual(details.slice(13), ['threshold 0.30', 'Too few films for an interval'])
      assert.equal(await page.locator('.finding .whisker').count(), 13)
      assert.equal(await page.locator('#single').isVisible(), false)
      assert.equal(await page.locator('#probability').isVisible(), false)
    },
    { at: several },
  )
})

test('the heat map is that of the first positive finding, then of whichever is chosen from the keyboard', {
  skip,
}, async () => {
  await onPage(
    async page => {
      const picture = (): Promise<string | null> => page.locator('#overlay').getAttribute('src')
      await page.setInputFiles('#file', join(folder, 'bright.png'))
      await page.getByText('Heat map of Effusion. Bright places.').waitFor()
      assert.match((await page.locator('#overlay').getAttribute('alt')) ?? '', /for Effusion$/)
      const first = await picture()
      await page.getByRole('radio', { name: /^Effusion/ }).focus()
      assert.equal(await page.locator('input[name=finding]:checked').getAttribute('value'), 'Effusion')
      await page.keyboard.press('ArrowDown')
      await page.getByText('Heat map of Pneumonia. Bright places.').waitFor()
      assert.notEqual(await picture(), first)
      assert.equal(await page.locator('input[name=finding]:checked').getAttribute('value'), 'Pneumonia')
      assert.equal(await page.locator('#prediction').textContent(), '2 findings')
    },
    { at: several },
  )
})

test('a heat map that cannot be had leaves the answers as they are, and the next one comes', { skip }, async () => {
  await onPage(
    async page => {
      const refused = { status: 422, json: { error: 'Cannot explain now: too many wait.' } }
      await page.route('**/explain?finding=Pneumonia', route => route.fulfill(refused))
      await page.setInputFiles('#file', join(folder, 'bright.png'))
      await page.getByText('Heat map of Effusion. Bright places.').waitFor()
      await page.getByRole('radio', { name: /^Pneumonia/ }).check()
      await page.getByText('Cannot explain now: too many wait.').waitFor()
      assert.equal(await page.locator('#overlay').isVisible(), false)
      assert.equal(await page.locator('#film').isVisible(), true)
      assert.equal(await page.locator('#prediction').textContent(), '2 findings')
      await page.getByRole('radio', { name: /^Effusion/ }).check()
      await page.locator('#overlay').waitFor()
    },
    { at: several },
  )
})

test('on a phone fourteen findings stick out nowhere', { skip }, async () => {
  await onPage(
    async page => {
      await page.setInputFiles('#file', join(folder, 'bright.png'))
      await page.getByText('Heat map of Effusion. Bright places.').waitFor()
      assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0)
    },
    { viewport: { width: 360, height: 740 }, at: several },
  )
})
