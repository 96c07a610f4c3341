// SPDX-License-Identifier: Apache-2.0
// An abstract socket needs no folder that can be written to, which a container may not have, and is gone with its agent. It belongs to
// a network namespace, not to a file with an owner, so who asks is told by the kernel: root, or the user that the agent runs as.
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Agent.Bpf;
using Agent.Diagnostics;

namespace Agent.Control;

/// <summary>Where commands ask an agent that runs: HTTP on a Unix socket, named by its process.</summary>
internal static class ControlSocket
{
    internal const string ServicesPath = "/services";
    internal const string ExchangesPath = "/exchanges";
    internal const string MetricsPath = "/metrics";

    private const string Prefix = "hilo/";
    private const string Table = "/proc/self/net/unix";
    private const int PatienceMilliseconds = 5000;
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED: struct ucred
    private const int CredentialsSize = 12;
    private const int UserAt = 4;

    /// <summary>Answers until it is disposed; null, with a warning, where another agent has the name.</summary>
    internal static MetricsServer? Serve(LiveActivity activity, Func<string> metrics) => MetricsServer.Start(
        EndPoint(Environment.ProcessId),
        new()
        {
            [ServicesPath] = _ => new Page(true, activity.Services.Describe()),
            [ExchangesPath] = pid => new Page(true, int.TryParse(pid, out var number) ? activity.Recent.Describe(number) : ""),
            [MetricsPath] = _ => new Page(true, metrics()),
        },
        MayAsk);

    /// <summary>The processes of the agents that can be asked from here, whoever may ask them.</summary>
    internal static List<int> Agents()
    {
        var found = new List<int>();
        foreach (var line in File.ReadLines(Table))
        {
            var name = line[(line.LastIndexOf(' ') + 1)..];
            if (name.StartsWith('@' + Prefix, StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(Prefix.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && !found.Contains(pid)) // a connection has the name of its listener
            {
                found.Add(pid);
            }
        }
        return found;
    }

    /// <summary>The agent to be asked: this one, or else the only one.</summary>
    /// <exception cref="InvalidOperationException">There is none, or several.</exception>
    internal static int Choose(int? agent) => agent is { } chosen ? chosen : Agents() switch
    {
        [var only] => only,
        [] => throw new InvalidOperationException("no agent runs in this network namespace; start one, or go to where it runs (kubectl exec, nsenter -n)"),
        var several => throw new InvalidOperationException($"several agents run here, say which: {string.Join(", ", several)}"),
    };

    /// <summary>What it answers.</summary>
    /// <exception cref="InvalidOperationException">It does not answer, or refuses.</exception>
    internal static string Ask(int agent, string target)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.ReceiveTimeout = socket.SendTimeout = PatienceMilliseconds;
            socket.Connect(EndPoint(agent));
            socket.Send(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\n\r\n"));
            using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var answer = reader.ReadToEnd();
            return answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal)
                ? answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]
                : throw Refusal(agent, answer.Split('\r')[0]);
        }
        catch (Exception gone) when (gone is SocketException or IOException)
        {
            throw Refusal(agent, gone.Message);
        }
    }

    private static InvalidOperationException Refusal(int agent, string why) => new(string.Create(
        CultureInfo.InvariantCulture, $"the agent (process {agent}) does not answer: {why}; ask as root or as the user that it runs as"));

    private static UnixDomainSocketEndPoint EndPoint(int pid) => new(string.Create(CultureInfo.InvariantCulture, $"\0{Prefix}{pid}"));

    private static bool MayAsk(Socket client)
    {
        Span<byte> credentials = stackalloc byte[CredentialsSize];
        return client.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == CredentialsSize
            && BitConverter.ToUInt32(credentials[UserAt..]) is var user && (user == 0 || user == LibC.EffectiveUser());
    }
}
