// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>Row G06: HTTP/2 that is not gRPC.</summary>
public sealed class G06GenericTests : Scenario
{
    private const int Port = 8001;
    private const int Count = 120;
    private const int Streams = 30;

    public static TheoryData<string, string> Pairs { get; } = [("go", "node"), ("node", "dotnet"), ("dotnet", "go")];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_request_is_one_span_on_either_side(string server, string client)
    {
        Sandbox.Serve(Web2.Server(server, Port).Named("server"), Port);
        using var agent = new Agent(Sandbox);

        var output = Sandbox.Start(Web2.Client(client, Port, Count, Streams).Named("client")).Finish();
        agent.Finish();

        var pairs = HttpSpans.PairedStreams(agent, Count).ToDictionary(pair => pair.Client.Id);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{client}-{i}")).Order(), pairs.Keys.Order());
        var told = output.Split('\n').Where(line => line.StartsWith("answer ", StringComparison.Ordinal)).ToDictionary(line => line.Split(' ')[1]);
        Assert.Equal(Count / 2, told.Count);
        foreach (var (id, line) in told)
        {
            var context = OneHop.Value(line.Split(' ', 3)[2].Split('|'), "traceparent") ?? "";
            Assert.Equal(pairs[id].Client.Attributes["hilo.propagation"] == "injected" ? Rpc.ContextOf(pairs[id].Client) : "", Rpc.ContextOf(context));
        }
    }

    [Theory]
    [InlineData("h2load", "-n", "120", "-c", "3", "-m", "20", "http://127.0.0.1:8001/small")]
    [InlineData("nghttp", "-n", "-m", "120", "http://127.0.0.1:8001/small")]
    public void Clients_of_nghttp2_are_traced(params string[] command)
    {
        File.WriteAllText(Sandbox.PathOf("small"), "ok");
        Sandbox.Serve(new ProgramStart("nghttpd", "--no-tls", "-d", Sandbox.Folder, $"{Port}").Named("server"), Port);
        using var agent = new Agent(Sandbox);

        string[] wait = ["/bin/sh", "-c", "read go; exec \"$@\"", "sh"];
        Sandbox.Start(new ProgramStart([.. wait, .. command]) { Input = "\n", InputAfterMilliseconds = 800 }.Named("client")).Finish();
        agent.Finish();

        HttpSpans.PairedStreams(agent, Count);
    }
}
