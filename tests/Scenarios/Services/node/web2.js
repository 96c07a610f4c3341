// SPDX-License-Identifier: Apache-2.0
// web2.js serve PORT [MAX_HEADER_LIST_SIZE] | web2.js client BASE COUNT CONCURRENT PREFIX
'use strict';
const crypto = require('crypto');
const http2 = require('http2');

const digest = (body) => crypto.createHash('sha256').update(body).digest('hex') + ' ' + body.length;

async function readAll(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

const sessions = {};

function send(base, method, path, body) {
  sessions[base] = sessions[base] || http2.connect(base);
  const stream = sessions[base].request({ ':method': method, ':path': path }, { endStream: body.length === 0 });
  if (body.length) stream.end(body);
  return readAll(stream);
}

function headerLines(headers) {
  let text = '';
  for (let i = 0; i < headers.length; i += 2) if (headers[i][0] !== ':') text += `${headers[i]}: ${headers[i + 1]}\n`;
  return text;
}

async function answer(request, response) {
  const url = new URL(request.url, 'http://localhost');
  const body = await readAll(request);
  let text = digest(body);
  if (url.pathname === '/hop') {
    const next = new URL(url.searchParams.get('next'));
    text = await send(next.origin, request.method, next.pathname + next.search, body);
  } else if (url.pathname === '/headers') {
    text = headerLines(request.rawHeaders);
  }
  response.end(text);
}

async function ask(base, id, i) {
  if (i % 2 === 0) {
    const text = String(await send(base, 'GET', `/headers?id=${id}`, ''));
    console.log('answer', id, text.replaceAll('\n', '|'));
    return;
  }
  const body = Buffer.alloc(100 * i, 97 + i % 26);
  const text = String(await send(base, 'POST', `/echo?id=${id}`, body));
  if (text !== 'ok' && text !== digest(body)) throw new Error(`request ${i}: ${text}`);
}

async function client(base, count, concurrent, prefix) {
  require('fs').readSync(0, Buffer.alloc(1));
  let next = 0;
  await Promise.all(Array.from({ length: concurrent }, async () => {
    while (next < count) {
      const i = next++;
      await ask(base, `${prefix}-${i}`, i);
    }
  }));
  console.log('ok', count);
  Object.values(sessions).forEach((session) => session.close());
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'serve') {
  const settings = rest[1] ? { maxHeaderListSize: Number(rest[1]) } : {};
  http2.createServer({ settings }, answer).listen(Number(rest[0]), '127.0.0.1');
} else {
  client(rest[0], Number(rest[1]), Number(rest[2]), rest[3]);
}
