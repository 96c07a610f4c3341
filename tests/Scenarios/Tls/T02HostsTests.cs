// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;
using Scenarios.Propagation;

namespace Scenarios.Tls;

/// <summary>Row T02: from one host to another the context of a request inside TLS goes as a TCP option.</summary>
public sealed class T02HostsTests : TwoHosts
{
    private const int Count = 10;
    private const int Port = 8443;

    [Theory]
    [InlineData("python-http.client")]
    [InlineData("node-http")]
    [InlineData("wget")]
    [InlineData("go-http")]
    public void The_server_finds_its_parent_on_the_other_host(string kind)
    {
        var certificate = new Certificate(Sandbox);
        using var near = Agent(Sandbox);
        using var far = Agent(Other);
        Other.Serve(SecurePrograms.Server(Port, Other.Folder, certificate), Port);
        far.AwaitTls("/usr/sbin/nginx", 2);

        Ask(near, kind, certificate);
        near.Finish();
        far.Finish();

        TcpOptions.Linked(near, far, Count);
    }

    [Fact]
    public void A_proxy_between_them_ends_the_trace_and_what_is_behind_it_begins_one()
    {
        var certificate = new Certificate(Sandbox);
        using var near = Agent(Sandbox);
        using var far = Agent(Other);
        Other.Serve(Programs.Nginx(Other.Folder, $"listen {Programs.BackendPort}; location / {{ return 200 ok; }}"), Programs.BackendPort);
        Directory.CreateDirectory(Other.PathOf("proxy"));
        var proxy = Other.StartOutside(SecurePrograms.Relay(
            "nginx", Port, $"http://127.0.0.1:{Programs.BackendPort}", Other.PathOf("proxy"), certificate));
        proxy.WaitFor(() => Other.Network.IsListening(Port), "listener");

        Ask(near, "python-http.client", certificate);
        near.Finish();
        far.Finish();

        Assert.Equal(Count, near.Spans.Count);
        Assert.All(near.Spans, span => Assert.Equal("tcp_option", span.Attributes["hilo.propagation"]));
        TcpOptions.Unlinked(far, Count);
    }

    private static Agent Agent(Sandbox sandbox) => new(sandbox, ("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "headers,tcp"));

    private void Ask(Agent near, string kind, Certificate certificate)
    {
        near.AwaitTls();
        Sandbox.Start(SecurePrograms.Client(kind, $"https://{Route.Far}:{Port}", Count, 0, Sandbox.Folder, certificate)).Finish();
    }
}
