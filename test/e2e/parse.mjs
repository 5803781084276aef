// Reads texts, one in base64 on each line, and says of each what JSON.parse
// makes of it: its value as JSON again, or "refused".
import readline from 'node:readline'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer = 'refused'
  try {
    answer = JSON.stringify(JSON.parse(utf8.decode(Buffer.from(line, 'base64'))))
  } catch (error) {
    if (!(error instanceof SyntaxError) && error.code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error
  }
  process.stdout.write(answer + '\n')
}
