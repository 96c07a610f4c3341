// SPDX-License-Identifier: Apache-2.0
// rpc.js serve PORT | rpc.js client KIND ADDRESS COUNT CONCURRENT [NEXT]
'use strict';
const grpc = require('@grpc/grpc-js');

const METHODS = { unary: 'Echo', hop: 'Hop', fail: 'Fail', client: 'ClientStream', server: 'ServerStream', late: 'ServerStream', twoway: 'TwoWay' };
const same = (bytes) => bytes;
const method = (name, requestStream, responseStream) => ({
  path: `/relay.Relay/${name}`, requestStream, responseStream,
  requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same,
});
const service = {
  Echo: method('Echo', false, false),
  Hop: method('Hop', false, false),
  Fail: method('Fail', false, false),
  ClientStream: method('ClientStream', true, false),
  ServerStream: method('ServerStream', false, true),
  TwoWay: method('TwoWay', true, true),
};
const Client = grpc.makeGenericClientConstructor(service, 'Relay');
const connect = (address) => new Client(address, grpc.credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });

function nextHops(hops) {
  const metadata = new grpc.Metadata();
  if (hops) metadata.set('next', hops);
  return metadata;
}

function relay(port) {
  const kept = {};
  const failure = (text) => ({ code: Number(text), details: `failed ${text}` });
  return {
    Echo: (call, answer) => answer(null, call.request),
    Fail: (call, answer) => answer(failure(call.request)),
    Hop(call, answer) {
      const line = `${port} ${call.metadata.get('traceparent').join(',')}`;
      const [next, ...rest] = String(call.metadata.get('next')[0] || '').split(',');
      if (!next) {
        setTimeout(() => answer(null, Buffer.from(line)), Math.random() * Number(call.request));
        return;
      }
      kept[next] = kept[next] || connect(next);
      kept[next].Hop(call.request, nextHops(rest.join(',')), (error, text) => answer(error, Buffer.from(`${line}\n${text}`)));
    },
    ClientStream(call, answer) {
      const sizes = [];
      call.on('data', (message) => sizes.push(message.length));
      call.on('end', () => answer(null, Buffer.from(`${sizes.length} ${sizes.reduce((sum, size) => sum + size, 0)}`)));
    },
    ServerStream(call) {
      const [count, code] = String(call.request).split(' ');
      for (let i = 0; i < Number(count); i++) call.write(Buffer.from(String(i)));
      if (code) call.emit('error', failure(code));
      else call.end();
    },
    TwoWay(call) {
      call.on('data', (message) => call.write(message));
      call.on('end', () => call.end());
    },
  };
}

const answered = (client, name, message, metadata) => new Promise((resolve, reject) =>
  client[name](message, metadata, (error, answer) => error ? reject(error) : resolve(String(answer))));

function collected(stream) {
  const texts = [];
  return new Promise((resolve) => {
    stream.on('data', (message) => texts.push(String(message)));
    stream.on('error', (error) => resolve(`${texts} ${error.code}`));
    stream.on('end', () => resolve(`${texts}`));
  });
}

// What the call answered, and what it should.
async function call(client, kind, i, hops) {
  const empty = nextHops('');
  if (kind === 'unary') {
    const text = 'x'.repeat(i % 5 === 4 ? 40020 : 20);
    return [await answered(client, 'Echo', Buffer.from(text), empty), text];
  }
  if (kind === 'fail') return [await answered(client, 'Fail', Buffer.from('5'), empty).catch((error) => error.code), 5];
  if (kind === 'hop') {
    const text = await answered(client, 'Hop', Buffer.from('5'), nextHops(hops));
    console.log('answer', text.replaceAll('\n', '|'));
    return [text, text];
  }
  if (kind === 'server') return [await collected(client.ServerStream(Buffer.from('3'))), '0,1,2'];
  if (kind === 'late') return [await collected(client.ServerStream(Buffer.from('3 13'))), '0,1,2 13'];
  let done;
  const answer = new Promise((resolve) => { done = (_, text) => resolve(String(text)); });
  const stream = client[METHODS[kind]](empty, done);
  const texts = kind === 'client' ? answer : collected(stream);
  for (const text of ['a', 'bb', 'ccc']) stream.write(Buffer.from(text));
  stream.end();
  return [await texts, kind === 'client' ? '3 6' : 'a,bb,ccc'];
}

async function run(kind, address, count, concurrent, hops) {
  require('fs').readSync(0, Buffer.alloc(1));
  const client = connect(address);
  let next = 0;
  await Promise.all(Array.from({ length: concurrent }, async () => {
    while (next < count) {
      const i = next++;
      const [text, expected] = await call(client, kind, i, hops);
      if (text !== expected) throw new Error(`call ${i}: ${text}`);
    }
  }));
  console.log('ok', count);
  client.close();
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'serve') {
  const server = new grpc.Server();
  server.addService(service, relay(rest[0]));
  server.bindAsync(`127.0.0.1:${rest[0]}`, grpc.ServerCredentials.createInsecure(), (error) => {
    if (error) throw error;
  });
} else {
  run(rest[0], rest[1], Number(rest[2]), Number(rest[3]), rest[4]);
}
