// Signs in through a real provider: `node door.cjs CALLBACK`. Prints the issuer, reads the link of the set-up from standard
// input, and ends with an error at the first thing that is not as it should be.
const { chromium } = require('playwright-core')
const assert = require('node:assert/strict')
const http = require('node:http')
const path = require('node:path')
const readline = require('node:readline')
const { pathToFileURL } = require('node:url')

const [callback] = process.argv.slice(2)
const base = new URL(callback).origin

// Everybody has an account here, with a verified address of their own.
async function provide() {
  const file = path.join(process.env.NODE_PATH, 'oidc-provider/lib/index.js')
  const { Provider } = await import(pathToFileURL(file))
  const server = http.createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'bantam', client_secret: 'hush hush', redirect_uris: [callback], grant_types: ['authorization_code'], response_types: ['code'] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key of a test'] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@acme.example`, email_verified: true, name: `${id} of Acme` }),
    }),
  })
  server.on('request', provider.callback())
  return issuer
}

// Goes from a page of ours through the provider's pages, and back.
async function enter(page, wanted, who) {
  await page.goto(`${base}${wanted}`)
  await page.getByRole('link', { name: 'Sign in with Acme' }).click()
  await page.locator('input[name=login]').fill(who)
  await page.locator('input[name=password]').fill('anything goes here')
  await page.locator('button[type=submit]').click()
  await page.getByText('Authorize').waitFor()
  await page.locator('button[type=submit]').click()
  await page.waitForURL(`${base}/**`)
}

async function go(setUp) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] })
  const first = await (await browser.newContext()).newPage()
  await first.goto(setUp)
  await first.fill('#name', 'Ada')
  await first.fill('#email', 'ada@acme.example')
  await first.fill('#password', 'five quiet words in a row')
  await first.click('main button.primary')
  await first.waitForURL(`${base}/account`)

  const page = await (await browser.newContext()).newPage()
  await enter(page, '/leads?stage=none', 'ada')
  assert.equal(page.url(), `${base}/leads?stage=none`)
  await page.goto(`${base}/account`)
  await page.getByText('You sign in with Acme').waitFor()
  await page.goto(`${base}/settings/audit`)
  await page.locator('tbody').getByText('signed in through single sign-on for the first time').first().waitFor()
  const kept = await page.context().cookies(base)
  assert.deepEqual(kept.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]), [['bantam', true, 'Lax']])

  // Out, and in again: the provider knows the browser by now.
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.waitForURL(/sign-in/)
  await page.getByRole('link', { name: 'Sign in with Acme' }).click()
  await page.waitForURL(`${base}/queue`)

  // Somebody with an account there whom nobody invited here.
  const stranger = await (await browser.newContext()).newPage()
  await enter(stranger, '/queue', 'eve')
  await stranger.getByText('Nobody here has the address that Acme knows you by').first().waitFor()
  await stranger.goto(`${base}/queue`)
  assert.match(stranger.url(), /sign-in/)
  await browser.close()
}

async function main() {
  console.log(await provide())
  const [setUp] = await new Promise((resolve) => readline.createInterface({ input: process.stdin }).once('line', (line) => resolve([line])))
  await go(setUp)
  process.exit(0)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
