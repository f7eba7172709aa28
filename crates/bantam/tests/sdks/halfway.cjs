// Stops a story in the middle where it was told to: says `half` when all so far was sent, goes on at the next line.
const { once } = require('node:events')

exports.halfway = async function (flush) {
  if (process.argv[4] !== 'hold') return
  await flush()
  console.log('half')
  await once(process.stdin, 'data')
  process.stdin.destroy()
}
