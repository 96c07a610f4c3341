// SPDX-License-Identifier: Apache-2.0
// node send.js proto|http|grpc ENDPOINT COUNT: COUNT spans through an exporter of the OpenTelemetry SDK; ends when they are accepted.
'use strict';
const { SpanKind, SpanStatusCode } = require('@opentelemetry/api');
const { BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');

const [kind, url, count] = process.argv.slice(2);
const { OTLPTraceExporter } = require(`@opentelemetry/exporter-trace-otlp-${kind}`);
const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url, compression: 'gzip' }), { maxQueueSize: 100000 })],
});
const tracer = provider.getTracer('send', '1.2.3');
for (let i = 0; i < Number(count); i++) {
  const span = tracer.startSpan(`order ${i}`, { kind: SpanKind.CLIENT, attributes: { 'http.request.method': 'PÜT', 'order.number': i } });
  span.addEvent('paid', { amount: 1.5 });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'late' });
  span.end();
}
provider.shutdown().then(() => console.log('sent'), (error) => { console.error(error); process.exit(1); });
