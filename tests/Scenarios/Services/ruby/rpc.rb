# SPDX-License-Identifier: Apache-2.0
# rpc.rb serve PORT | rpc.rb client KIND ADDRESS COUNT CONCURRENT [NEXT]
require 'grpc'

# Messages are bytes as they are.
class Text < String
  def self.encode(text)
    text
  end

  def self.decode(bytes)
    new(bytes)
  end
end

class Relay
  include GRPC::GenericService
  self.marshal_class_method = :encode
  self.unmarshal_class_method = :decode
  self.service_name = 'relay.Relay'
  rpc :Echo, Text, Text
  rpc :Hop, Text, Text
  rpc :Fail, Text, Text
  rpc :ClientStream, stream(Text), Text
  rpc :ServerStream, Text, stream(Text)
  rpc :TwoWay, stream(Text), stream(Text)

  def self.connect(address)
    rpc_stub_class.new(address, :this_channel_is_insecure, channel_args: { 'grpc.enable_http_proxy' => 0 })
  end

  def initialize(port)
    @port = port
    @kept = {}
    @gate = Mutex.new
  end

  def failure(text)
    GRPC::BadStatus.new(Integer(text), "failed #{text}")
  end

  def echo(message, _call)
    message
  end

  def fail(message, _call)
    raise failure(message)
  end

  def hop(message, call)
    line = "#{@port} #{Array(call.metadata['traceparent']).join(',')}"
    here, rest = call.metadata.fetch('next', '').split(',', 2)
    if here.nil?
      sleep(rand * Integer(message) / 1000)
      return Text.new(line)
    end
    stub = @gate.synchronize { @kept[here] ||= Relay.connect(here) }
    Text.new("#{line}\n") << stub.hop(message, metadata: rest ? { 'next' => rest } : {})
  end

  def client_stream(call)
    sizes = call.each_remote_read.map(&:bytesize)
    Text.new("#{sizes.size} #{sizes.sum}")
  end

  def server_stream(message, _call)
    count, code = message.split
    Enumerator.new do |answers|
      Integer(count).times { |i| answers << Text.new(i.to_s) }
      raise failure(code) if code
    end
  end

  def two_way(messages)
    messages
  end
end

def code_of
  yield
rescue GRPC::BadStatus => error
  error.code
end

# What the call answered, and what it should.
def call(stub, kind, i, hops)
  texts = %w[a bb ccc].map { |text| Text.new(text) }
  case kind
  when 'unary'
    text = Text.new('x' * (i % 5 == 4 ? 40_020 : 20))
    [stub.echo(text), text]
  when 'hop'
    text = stub.hop(Text.new('5'), metadata: hops.empty? ? {} : { 'next' => hops })
    $stdout.write("answer #{text.tr("\n", '|')}\n")
    [text, text]
  when 'fail' then [code_of { stub.fail(Text.new('5')) }, 5]
  when 'client' then [stub.client_stream(texts), '3 6']
  when 'server' then [stub.server_stream(Text.new('3')).to_a, %w[0 1 2]]
  when 'twoway' then [stub.two_way(texts).to_a, texts]
  when 'late'
    answers = []
    [[code_of { stub.server_stream(Text.new('3 13')).each { |text| answers << text } }, answers], [13, %w[0 1 2]]]
  end
end

def client(kind, address, count, concurrent, hops = '')
  $stdin.gets
  stub = Relay.connect(address)
  calls = Queue.new
  Integer(count).times { |i| calls << i }
  calls.close
  threads = Array.new(Integer(concurrent)) do
    Thread.new do
      while (i = calls.pop)
        answer, expected = call(stub, kind, i, hops)
        raise "call #{i}: #{answer}" if answer != expected
      end
    end
  end
  threads.each(&:join)
  puts "ok #{count}"
end

$stdout.sync = true
if ARGV[0] == 'serve'
  server = GRPC::RpcServer.new(pool_size: 256, max_waiting_requests: 1000)
  server.add_http2_port("127.0.0.1:#{ARGV[1]}", :this_port_is_insecure)
  server.handle(Relay.new(ARGV[1]))
  server.run_till_terminated
else
  client(*ARGV[1..])
end
