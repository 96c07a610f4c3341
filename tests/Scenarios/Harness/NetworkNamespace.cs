// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Scenarios.Harness;

/// <summary>One network namespace with a loopback of its own: every port is free in it.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private static readonly string[] Tables = ["tcp", "tcp6"];

    private readonly string _name;

    public string Name => _name;

    public string Handle => "/run/netns/" + _name;

    public NetworkNamespace(string name)
    {
        _name = name;
        Ip("netns", "add", name);
        Ip("-n", name, "link", "set", "lo", "up");
    }

    /// <summary>Namespaces of this name whose test process is gone: an earlier run was killed.</summary>
    public static void RemoveAbandoned(string prefix)
    {
        if (!Directory.Exists("/run/netns"))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles("/run/netns", prefix + "*"))
        {
            var name = Path.GetFileName(file);
            if (!Directory.Exists("/proc/" + name[prefix.Length..].Split('-')[0]))
            {
                Ip("netns", "del", name);
            }
        }
    }

    /// <summary>Runs on a thread of its own inside: a socket made there stays there.</summary>
    public T Run<T>(Func<T> action)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = action();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>The command ip, inside.</summary>
    public void Configure(string arguments) => Ip(["-n", _name, .. arguments.Split(' ')]);

    /// <summary>Whether something listens on this port of any address inside.</summary>
    public bool IsListening(int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return Run(() => Tables
            .SelectMany(table => File.ReadLines("/proc/thread-self/net/" + table).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => fields[3] == "0A" && fields[1].EndsWith(suffix, StringComparison.Ordinal)));
    }

    /// <summary>A setting below /proc/sys/net.</summary>
    public void Set(string name, string value) => Run(() =>
    {
        File.WriteAllText("/proc/sys/net/" + name, value);
        return 0;
    });

    /// <summary>A number that the kernel counts, by its name in /proc/net/snmp: <c>Tcp InCsumErrors</c>.</summary>
    public long Count(string protocol, string name) => Run(() =>
    {
        var lines = File.ReadLines("/proc/thread-self/net/snmp").Where(line => line.StartsWith(protocol + ":", StringComparison.Ordinal)).ToArray();
        var at = Array.IndexOf(lines[0].Split(' '), name);
        return long.Parse(lines[1].Split(' ')[at], CultureInfo.InvariantCulture);
    });

    public void Dispose()
    {
        if (File.Exists(Handle))
        {
            Ip("netns", "del", _name);
        }
    }

    private static void Ip(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error}");
        }
    }

    private void Enter()
    {
        using var handle = File.OpenHandle(Handle);
        if (Native.SetNamespace((int)handle.DangerousGetHandle(), Native.CloneNewNet) != 0)
        {
            throw new InvalidOperationException($"setns {Handle}: errno {Marshal.GetLastPInvokeError()}");
        }
    }
}
