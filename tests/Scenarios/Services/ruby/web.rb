# SPDX-License-Identifier: Apache-2.0
# web.rb serve PORT: HTTPS, a thread for each connection. /hop passes on what it gets from `next`.
require 'net/http'
require 'openssl'
require 'socket'
require 'uri'

def hop(target)
  url = URI(target)
  Net::HTTP.start(url.host, url.port, use_ssl: url.scheme == 'https') { |http| http.get(url.request_uri).body }
end

def answer(path)
  url = URI(path)
  url.path == '/hop' ? hop(URI.decode_www_form(url.query).assoc('next')[1]) : 'ok'
end

def serve(client)
  while (line = client.gets)
    nil until client.gets == "\r\n"
    text = answer(line.split(' ')[1])
    client.write("HTTP/1.1 200 OK\r\nContent-Length: #{text.bytesize}\r\n\r\n#{text}")
  end
rescue OpenSSL::SSL::SSLError, SystemCallError, EOFError
  nil
ensure
  client.close
end

pem = File.read(ENV.fetch('WEB_CERTIFICATE'))
context = OpenSSL::SSL::SSLContext.new
context.add_certificate(OpenSSL::X509::Certificate.new(pem), OpenSSL::PKey.read(pem))
server = OpenSSL::SSL::SSLServer.new(TCPServer.new('127.0.0.1', Integer(ARGV[1])), context)
loop { Thread.new(server.accept) { |client| serve(client) } }
