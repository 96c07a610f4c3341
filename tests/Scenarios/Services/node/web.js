// SPDX-License-Identifier: Apache-2.0
// web.js serve PORT | web.js client (http|fetch) BASE COUNT SIZE PREFIX
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const https = require('https');

const digest = (body) => crypto.createHash('sha256').update(body).digest('hex') + ' ' + body.length;

async function readAll(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function send(url, method, body, agent) {
  return new Promise((resolve, reject) => {
    const headers = body.length ? { 'Content-Length': body.length } : {};
    const request = (url.startsWith('https') ? https : http).request(url, { method, headers, agent }, (answer) => readAll(answer).then(resolve, reject));
    request.on('error', reject);
    request.end(body.length ? body : undefined);
  });
}

function headerLines(request) {
  let text = '';
  for (let i = 0; i < request.rawHeaders.length; i += 2) text += `${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}\n`;
  return text;
}

async function answer(request, response) {
  const url = new URL(request.url, 'http://localhost');
  const body = await readAll(request);
  let text = digest(body);
  if (url.pathname === '/hop') text = await send(url.searchParams.get('next'), request.method, body);
  else if (url.pathname === '/headers') text = headerLines(request);
  response.writeHead(200, { 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

async function client(kind, base, count, size, prefix) {
  fs.readSync(0, Buffer.alloc(1));
  const agent = new (base.startsWith('https') ? https : http).Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < count; i++) {
    const body = Buffer.from(Array.from({ length: size }, (_, j) => 97 + (i + j) % 26));
    const method = size ? 'POST' : 'GET';
    const url = `${base}/${size ? 'echo' : 'headers'}?id=${prefix}-${i}`;
    const received = kind === 'http'
      ? (await send(url, method, body, agent)).toString()
      : await (await fetch(url, { method, body: size ? body : undefined })).text();
    if (size && received !== 'ok' && received !== digest(body)) throw new Error(`request ${i}: ${received}`);
  }
  console.log('ok', count);
  process.exit(0);
}

const [mode, ...rest] = process.argv.slice(2);
const pem = process.env.WEB_CERTIFICATE && fs.readFileSync(process.env.WEB_CERTIFICATE);
const server = pem ? https.createServer({ cert: pem, key: pem }, answer) : http.createServer(answer);
if (mode === 'serve') server.listen(Number(rest[0]), '127.0.0.1');
else client(rest[0], rest[1], Number(rest[2]), Number(rest[3]), rest[4]);
