// Sends the story with @rudderstack/rudder-sdk-node: `node rudderstack.cjs URL KEY [hold]`.
const Rudder = require('@rudderstack/rudder-sdk-node')
const { halfway } = require('./halfway.cjs')

async function main() {
  const [url, key] = process.argv.slice(2)
  const failed = (error) => {
    console.error('not delivered', error)
    process.exitCode = 1
  }
  const client = new Rudder(key, { dataPlaneUrl: url, errorHandler: failed })
  client.identify({
    userId: 'u1',
    traits: { email: 'ann@example.com', industry: 'Software', company: { name: 'Acme' }, createdAt: '2024-01-01T00:00:00Z' },
  })
  client.track({ userId: 'u1', event: 'demo_requested', properties: { plan: 'pro' } })
  await halfway(() => client.flush())
  client.page({ userId: 'u1', name: 'Pricing', properties: { path: '/pricing', referrer: '$direct' } })
  client.group({ userId: 'u1', groupId: 'g1', traits: { name: 'Acme', employees: 50 } })
  client.track({ anonymousId: 'a1', event: 'ebook_downloaded' })
  client.alias({ userId: 'u1', previousId: 'a1' })
  client.alias({ userId: 'u1', previousId: 'u1' })
  await client.flush()
}

main()
