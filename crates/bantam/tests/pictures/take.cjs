// Takes the pictures of the docs: `node take.cjs URL PASSWORD FOLDER`, of a demo that is being served.
const { chromium } = require('playwright-core')
const path = require('node:path')

const [url, password, folder] = process.argv.slice(2)
const base = `http://localhost:${new URL(url).port}`
// Each page by who looks at it, in the light and in the dark. Wide enough for all columns, small enough for a README.
const size = { width: 1280, height: 760 }

async function signIn(browser, email, colorScheme) {
  const context = await browser.newContext({ viewport: size, colorScheme, reducedMotion: 'reduce', timezoneId: 'Europe/Berlin', locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto(`${base}/sign-in`)
  await page.fill('#email', email)
  await page.fill('#password', password)
  await Promise.all([page.waitForURL((to) => to.pathname !== '/sign-in'), page.locator('form[action="/sign-in"] button').click()])
  return page
}

async function take() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] })
  for (const scheme of ['light', 'dark']) {
    const picture = (name) => ({ path: path.join(folder, `${name}-${scheme}.png`) })
    const sam = await signIn(browser, 'sam@acme.example', scheme)
    await sam.goto(`${base}/queue`)
    await sam.locator('[data-row]').first().waitFor()
    await sam.screenshot(picture('queue'))
    await sam.goto(`${base}/leads?stage=Accepted`)
    const lead = await sam.locator('[data-row] .row-link').first().getAttribute('href')
    await sam.goto(base + lead)
    await sam.getByText('Where the score comes from').waitFor()
    await sam.screenshot(picture('lead'))
    const mia = await signIn(browser, 'mia@acme.example', scheme)
    await mia.goto(`${base}/definition/edit`)
    const editor = mia.locator('input[type=range]').first()
    await editor.waitFor()
    await editor.evaluate((slider) => {
      slider.value = String(Number(slider.value) - 5)
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      slider.dispatchEvent(new Event('change', { bubbles: true }))
    })
    await mia.getByText(/would change stage/).first().waitFor()
    await mia.screenshot(picture('definition'))
    await mia.goto(`${base}/reports`)
    await mia.locator('h1').waitFor()
    // What is computed in the background comes by itself.
    await mia.waitForFunction(() => !document.querySelector('[data-waiting]'))
    await mia.locator('.plot svg, .metrics').first().waitFor()
    await mia.screenshot(picture('reports'))
  }
  await browser.close()
}

take().catch((error) => {
  console.error(error)
  process.exit(1)
})
