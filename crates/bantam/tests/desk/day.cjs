// A day at the desk: `node day.cjs URL SET_UP_LINK`. Ends with an error at the first thing that is not as it should be.
// With SCREENSHOTS set to a folder it leaves a picture of each page there.
const { chromium } = require('playwright-core')
const fs = require('node:fs')
const path = require('node:path')
const assert = require('node:assert/strict')

const [url, setUp] = process.argv.slice(2)
const base = new URL(setUp).origin
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const pictures = process.env.SCREENSHOTS
const wrong = []

function watch(page, who) {
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4\d\d)/.test(message.text())) wrong.push(`${who}: ${message.text()}`)
  })
  page.on('pageerror', (error) => wrong.push(`${who}: ${error.message}`))
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol !== 'data:' && origin !== base) wrong.push(`${who}: asks another host: ${request.url()}`)
  })
}

// What is asked of every page: nothing that keeps somebody from using it.
async function look(page, name) {
  await page.evaluate(axe)
  const found = await page.evaluate(() =>
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }))
  for (const violation of found.violations) {
    wrong.push(`${name}: ${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(' | ')}`)
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  if (wide) wrong.push(`${name}: wider than the window`)
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.png`) })
}

async function accept(browser, link, name) {
  const context = await browser.newContext()
  const page = await context.newPage()
  watch(page, name)
  await page.goto(link)
  if (await page.locator('#name').count()) await page.fill('#name', name)
  if (await page.locator('#email').count() && !(await page.inputValue('#email'))) {
    await page.fill('#email', `${name.toLowerCase().replaceAll(' ', '.')}@acme.example`)
  }
  await page.fill('#password', 'five quiet words in a row')
  await Promise.all([page.waitForURL((to) => !/set-up|invitation/.test(to.pathname)), page.click('main button.primary')])
  return page
}

async function invite(admin, email, role) {
  await admin.goto(`${base}/settings/people`)
  await admin.fill('#email', email)
  await admin.check(`input[name=${role}]`)
  await admin.getByRole('button', { name: 'Invite' }).click()
  return admin.inputValue('#link')
}

async function send(call, body) {
  const answer = await fetch(`${url}/v1/${call}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('WEB:').toString('base64')}` },
    body: JSON.stringify(body),
  })
  assert.equal(answer.status, 200, await answer.text())
}

async function day() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] })

  // The admin sets up and invites; nobody else gets in.
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(`${base}/queue`)
  assert.match(stranger.url(), /\/sign-in\?next=%2Fqueue/)
  await look(stranger, 'sign-in')
  const admin = await accept(browser, setUp, 'Ada Admin')
  const again = await stranger.goto(setUp)
  assert.equal(again.status(), 404, 'the link of the set-up works once')
  const mia = await accept(browser, await invite(admin, 'mia@acme.example', 'marketing'), 'Mia Marketing')
  const ben = await accept(browser, await invite(admin, 'ben@acme.example', 'sales'), 'Ben Sales')
  await admin.goto(`${base}/settings/people`)
  await look(admin, 'people')

  // Nothing is there yet, and each page says what will be.
  await ben.goto(`${base}/queue`)
  await ben.getByText('There is no definition yet').waitFor()
  await look(ben, 'queue-empty')

  // Marketing writes the definition: what is wrong is told while typing, and what is right can be kept.
  await mia.goto(`${base}/definition/edit`)
  await look(mia, 'definition-edit')
  const threshold = mia.getByLabel('Sales-ready: engagement', { exact: true })
  await threshold.fill('50')
  await threshold.press('Tab')
  await mia.waitForFunction(() => document.getElementById('text').value.includes('Sales-ready: engagement >= 50'))
  await mia.getByRole('button', { name: 'Keep as a draft' }).click()
  await mia.getByText('It has to be proposed before anybody signs').waitFor()
  await mia.fill('#note', 'Our first shared definition')
  await mia.getByRole('button', { name: 'Propose it' }).click()
  await mia.getByRole('button', { name: 'Sign for marketing' }).click()
  await mia.getByText('signed by Mia Marketing').waitFor()
  assert.equal(await mia.getByRole('button', { name: 'Sign for sales' }).count(), 0, 'nobody signs for both teams')
  await look(mia, 'definition')
  await ben.goto(mia.url())
  await ben.getByRole('button', { name: 'Sign for sales' }).click()
  await ben.getByText('signed by Ben Sales').waitFor()
  const activate = ben.getByRole('button', { name: 'Make it active' })
  if (await activate.count()) await activate.click()
  await ben.getByText('Active', { exact: true }).waitFor()

  // Marketing brings in the leads it has: the columns are recognised, and the same file twice counts once.
  for (const time of ['first', 'second']) {
    await mia.goto(`${base}/data/import`)
    if (time === 'first') await look(mia, 'import')
    await mia.fill('#text', 'id,email,title,industry,employees\nkim,kim@mid.example,Director of IT,Software,120\n=cmd,x@y.example,,,few\n')
    await mia.getByRole('button', { name: 'Look at the columns' }).click()
    await mia.getByText('kim@mid.example').first().waitFor()
    if (time === 'first') await look(mia, 'import-columns')
    await mia.locator('main form button.primary').last().click()
    await mia.waitForURL(/import\/result/)
  }
  await mia.goto(`${base}/leads`)
  await mia.getByText('kim@mid.example').waitFor()
  await look(mia, 'leads')

  // Sales has the queue open; a lead of the SDK appears without anybody loading the page.
  await ben.goto(`${base}/queue`)
  await ben.getByText('Leads that reach the hand-off stage appear here').waitFor()
  await send('identify', {
    userId: 'ann', traits: { name: 'Ann <b>Lee</b>', email: 'ann@bigco.example', title: 'VP Sales', industry: 'Software', employees: 400 },
  })
  await send('track', { userId: 'ann', event: 'demo_requested' })
  await send('page', { userId: 'ann', name: 'Pricing', properties: { path: '/pricing' } })
  const row = ben.locator('[data-row]')
  await row.waitFor({ timeout: 10_000 })
  await ben.getByText('Ann <b>Lee</b>').waitFor()
  await look(ben, 'queue')

  // Accepted by one key, taken back by another, and accepted for good.
  await ben.keyboard.press('j')
  await ben.keyboard.press('a')
  await ben.getByText('You accepted').waitFor()
  await ben.keyboard.press('u')
  await ben.getByText('Taken back').waitFor()
  await ben.keyboard.press('j')
  await ben.keyboard.press('a')
  await ben.getByText('You accepted').waitFor()

  // What sales finds out, the opportunity, the deal.
  await ben.goto(`${base}/leads/ann`)
  for (const question of ['budget', 'authority', 'need', 'timeline']) await ben.selectOption(`#known-q\\.${question}`, 'true')
  await ben.fill('#q-note', 'called, wants to start in May')
  // Something arrives before they are sent, while no field has the focus: nothing that was typed is lost.
  await ben.evaluate(() => document.activeElement.blur())
  const asked = ben.waitForResponse((answer) => new URL(answer.url()).pathname === '/leads/ann')
  await send('page', { userId: 'ann', name: 'Docs', properties: { path: '/docs' } })
  await (await asked).finished()
  await ben.waitForTimeout(200)
  if (await ben.inputValue('#q-note') === '') throw new Error('an update took away what was typed')
  await ben.getByRole('button', { name: 'Keep answers' }).click()
  await ben.getByText('called, wants to start in May').last().waitFor()
  await look(ben, 'lead')
  await ben.keyboard.press('o')
  await ben.locator('input[name=amount]:visible').fill('12,000')
  await ben.locator('input[name=close_date]:visible').fill('2027-03-31')
  await ben.locator('details[open] button.primary').click()
  await ben.getByText('The opportunity with').waitFor()
  await ben.keyboard.press('w')
  await ben.locator('input[name=amount]:visible').fill('11,500')
  await ben.locator('details[open] button.primary').click()
  await ben.getByText('Won:').waitFor()

  // The report shows it.
  await mia.goto(`${base}/reports`)
  await mia.getByText('1 lead qualified').waitFor()
  await mia.goto(`${base}/reports/key-metrics`)
  await mia.getByText('11,500').first().waitFor()
  await look(mia, 'report')
  await mia.goto(`${base}/reports`)
  await look(mia, 'reports')
  for (const [page, name] of [['data', 'data'], ['data/quarantine', 'quarantine'], ['data/spend', 'spend'], ['data/sources', 'sources'], ['account', 'account'], ['definition', 'definitions'], ['definition/compare', 'compare']]) {
    await mia.goto(`${base}/${page}`)
    await look(mia, name)
  }
  for (const [page, name] of [['settings', 'settings'], ['settings/audit', 'audit'], ['settings/teams', 'teams'], ['settings/keys', 'keys'], ['settings/webhooks', 'webhooks'], ['settings/connectors', 'connectors'], ['settings/service', 'service']]) {
    await admin.goto(`${base}/${page}`)
    await look(admin, name)
  }

  // Small screens, large ones, the dark: the same pages fit.
  for (const [width, scheme] of [[360, 'light'], [1024, 'dark'], [3840, 'light']]) {
    await ben.setViewportSize({ width, height: 900 })
    await ben.emulateMedia({ colorScheme: scheme })
    for (const [page, name] of [['queue', 'queue'], ['leads', 'leads'], ['leads/ann', 'lead'], ['definition', 'definitions'], ['definition/edit', 'definition-edit'], ['reports', 'reports'], ['data', 'data'], ['account', 'account']]) {
      await ben.goto(`${base}/${page}`)
      await look(ben, `${name}-${width}-${scheme}`)
    }
  }

  // The first page is light: text, style and script together.
  const queue = await ben.request.get(`${base}/queue`)
  const html = await queue.text()
  let weight = html.length
  for (const [, asset] of html.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js))"/g)) {
    weight += (await (await ben.request.get(base + asset)).body()).length
  }
  assert.ok(weight < 100_000, `the queue weighs ${weight} bytes`)

  // Without scripts the same can be read and answered.
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await ben.context().storageState() })
  const quiet = await plain.newPage()
  await quiet.goto(`${base}/leads/ann`)
  await quiet.getByText('Where the score comes from').waitFor()

  await browser.close()
  assert.deepEqual(wrong, [])
}

day().catch((error) => {
  console.error(error)
  if (wrong.length) console.error(wrong.join('\n'))
  process.exit(1)
})
