// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Scenarios.Harness;

/// <summary>Untraced clients inside a sandbox's network, several at a time, each on a connection of its own.</summary>
internal static class Load
{
    /// <summary>Sends every request and hands its answer to <paramref name="check"/>; the first failure ends it.</summary>
    public static void Run(NetworkNamespace network, int clients, int requests, Func<int, HttpRequestMessage> make, Action<int, string> check)
    {
        var next = -1;
        var failures = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, clients).Select(_ => new Thread(() =>
        {
            using var client = Client(network);
            try
            {
                for (int i; failures.IsEmpty && (i = Interlocked.Increment(ref next)) < requests;)
                {
                    using var request = make(i);
                    using var answer = client.Send(request);
                    using var reader = new StreamReader(answer.EnsureSuccessStatusCode().Content.ReadAsStream());
                    check(i, reader.ReadToEnd());
                }
            }
            catch (Exception exception)
            {
                failures.Enqueue(exception);
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (failures.TryDequeue(out var failure))
        {
            throw new InvalidOperationException("a client failed", failure);
        }
    }

    public static HttpClient Client(NetworkNamespace network) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, _) => ValueTask.FromResult<Stream>(new NetworkStream(Connect(network, context.DnsEndPoint), ownsSocket: true)),
    })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static Socket Connect(NetworkNamespace network, DnsEndPoint target) => network.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Parse(target.Host), target.Port);
        return socket;
    });
}
