// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Agent.Config;
using Agent.Ingest.Http;
using Agent.Ingest.Http2;

namespace Agent.Ingest;

/// <summary>One listening socket. HTTP/2 is told from HTTP/1 by its first bytes, with TLS or without.</summary>
internal sealed class IngestListener : IDisposable
{
    private const int Backlog = 512;
    private const int KeepAliveSeconds = 60;

    private static readonly TimeSpan FirstBytesTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    private readonly Socket _socket;
    private readonly IngestListenerOptions _options;
    private readonly IngestConnections _connections;
    private readonly HttpDesk _http;
    private readonly GrpcDesk _grpc;
    private readonly Action<string> _log;

    public IngestListener(IngestListenerOptions options, IngestDesk desk, IngestConnections connections, Action<string> log)
    {
        _options = options;
        _connections = connections;
        _http = new HttpDesk(desk, options.Protocol == IngestProtocol.Zipkin);
        _grpc = new GrpcDesk(desk, options.Protocol);
        _log = log;
        _socket = Bind(options);
        Address = _socket.LocalEndPoint!;
    }

    public EndPoint Address { get; }

    /// <summary>Ends when the token says so; connections go on.</summary>
    public async Task RunAsync(CancellationToken stopping, CancellationToken cancel)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _socket.AcceptAsync(stopping).ConfigureAwait(false);
                var connection = new IngestConnection(client);
                if (_connections.TryAdd(connection))
                {
                    _ = ServeAsync(connection, stopping, cancel);
                }
                else
                {
                    connection.Dispose();
                }
            }
            catch (SocketException failure)
            {
                _log($"{_options.Variable}={_options.Text}: {failure.Message}");
                await Task.Delay(AcceptPause, CancellationToken.None).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (_options.Address is UnixDomainSocketEndPoint)
        {
            File.Delete(_options.Address.ToString()!);
        }
    }

    private async Task ServeAsync(IngestConnection connection, CancellationToken stopping, CancellationToken cancel)
    {
        await Task.Yield();
        try
        {
            connection.Allow(FirstBytesTime);
            await PrepareAsync(connection, cancel).ConfigureAwait(false);
            if (!await ReadStartAsync(connection, cancel).ConfigureAwait(false))
            {
                return;
            }

            if (connection.Unread.Span.StartsWith(Http2Server.PrefaceStart))
            {
                await Http2Server.RunAsync(connection, _grpc, _http, stopping, cancel).ConfigureAwait(false);
            }
            else
            {
                await Http1Server.RunAsync(connection, _http, stopping, cancel).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException)
        {
            // The client went away, or was cut off: what it sent last was not answered, and comes again.
        }
        finally
        {
            _connections.Remove(connection);
            connection.Dispose();
        }
    }

    private async ValueTask PrepareAsync(IngestConnection connection, CancellationToken cancel)
    {
        if (connection.Socket.AddressFamily != AddressFamily.Unix)
        {
            connection.Socket.NoDelay = true;
            connection.Socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            connection.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            if (_options.Tls is not null)
            {
                var secure = new SslStream(connection.Stream);
                connection.Stream = secure;
                await secure.AuthenticateAsServerAsync(_options.Tls, cancel).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask<bool> ReadStartAsync(IngestConnection connection, CancellationToken cancel)
    {
        do
        {
            if (!await connection.ReadAsync(cancel).ConfigureAwait(false))
            {
                return false;
            }
        }
        while (connection.Unread.Length < Http2Server.PrefaceStart.Length);
        return true;
    }

    private static Socket Bind(IngestListenerOptions options)
    {
        var socket = options.Address is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (options.Address is UnixDomainSocketEndPoint)
            {
                RemoveStale(options.Address);
            }
            else
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                if (options.Address is IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6, Address: var address })
                {
                    socket.DualMode = address.Equals(IPAddress.IPv6Any);
                }
            }

            socket.Bind(options.Address);
            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception refused) when (refused is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new ConfigException(options.Variable, options.Text, $"{refused.Message}; use another address");
        }
    }

    // Of a process that was killed; one that somebody still listens on stays, and the bind says so.
    private static void RemoveStale(EndPoint address)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(address);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(address.ToString()!);
        }
        catch (SocketException)
        {
            // There is none.
        }
    }
}
