// SPDX-License-Identifier: Apache-2.0
namespace Scenarios.Harness;

/// <summary>A router between two networks, IPv4 and IPv6, with room for what a middlebox does.</summary>
internal sealed class Route
{
    public const string Near = "10.77.1.2";
    public const string Far = "10.77.2.2";
    public const string FarV6 = "fd77:2::2";

    private readonly Sandbox _sandbox;
    private readonly NetworkNamespace _router;

    public Route(Sandbox near, Sandbox far)
    {
        _sandbox = near;
        _router = near.AddNetwork();
        Join(near.Network, "near", 1);
        Join(far.Network, "far", 2);
        _router.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
            File.WriteAllText("/proc/sys/net/ipv6/conf/all/forwarding", "1");
            return 0;
        });
    }

    /// <summary>Replaces source addresses by its own.</summary>
    public void Masquerade() => Rules("chain post { type nat hook postrouting priority 100; oifname \"far\" masquerade; }");

    /// <summary>What happens to packets with a TCP payload, or options, on their way to the far side.</summary>
    public void Forward(string rule) => Rules($"chain forward {{ type filter hook forward priority 0; iifname \"near\" {rule}; }}");

    /// <summary>Keeps a host from refusing what a program does with its own TCP.</summary>
    public void SilenceResets(NetworkNamespace network) =>
        Rules("chain out { type filter hook output priority 0; tcp flags rst drop; }", network);

    /// <summary>What the devices of the two ends do themselves: checksums, and cutting large packets into segments.</summary>
    public void Offload(bool checksums, bool segments, params NetworkNamespace[] networks)
    {
        foreach (var network in networks)
        {
            _sandbox.StartOutside(
                new ProgramStart("/usr/bin/python3", "python/offload.py", "out", checksums ? "1" : "0", segments ? "1" : "0"), network).Finish();
        }
    }

    /// <summary>Notes the segments that come from the near side, before anything happens to them.</summary>
    public RunningProgram Capture(int port)
    {
        var capture = _sandbox.StartOutside(
            new ProgramStart("/usr/bin/python3", "python/segments.py", "near", $"{port}"), _router);
        capture.WaitFor(() => capture.Output.Contains("ready", StringComparison.Ordinal), "line with `ready`");
        return capture;
    }

    private void Join(NetworkNamespace network, string name, int number)
    {
        _router.Configure($"link add {name} type veth peer name out netns {network.Name}");
        _router.Configure($"addr add 10.77.{number}.1/24 dev {name}");
        _router.Configure($"addr add fd77:{number}::1/64 dev {name} nodad");
        _router.Configure($"link set {name} up");
        network.Configure($"addr add 10.77.{number}.2/24 dev out");
        network.Configure($"addr add fd77:{number}::2/64 dev out nodad");
        network.Configure("link set out up");
        network.Configure($"route add default via 10.77.{number}.1");
        network.Configure($"-6 route add default via fd77:{number}::1");
    }

    private void Rules(string chain, NetworkNamespace? network = null) => _sandbox.StartOutside(
        new ProgramStart("nft", "-f", "-") { Input = $"flush ruleset\ntable ip middle {{ {chain}\n}}\n" }, network ?? _router).Finish();
}
