// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Security.Cryptography;
using Scenarios.Harness;

namespace Scenarios.Chains;

/// <summary>A chain of three services that know nothing of tracing: every trace is whole, every body exact.</summary>
public sealed class ThreeServicesTests : Scenario
{
    private const int FirstPort = 8001;
    private const int BodySize = 300_000;

    [Theory]
    [InlineData("java", "python", "php", 10_000)]
    [InlineData("python", "java", "python", 2_000)]
    [InlineData("php", "php", "java", 2_000)]
    public void Every_trace_is_whole(string first, string second, string third, int requests)
    {
        string[] services = [first + "-1", second + "-2", third + "-3"];
        string[] kinds = [first, second, third];
        for (var i = 0; i < 3; i++)
        {
            var folder = Directory.CreateDirectory(Sandbox.PathOf(services[i])).FullName;
            Sandbox.Serve(Programs.Server(kinds[i], FirstPort + i, folder).Named(services[i]), FirstPort + i);
        }

        using var agent = new Agent(Sandbox);
        var contexts = new string?[requests];
        Load.Run(Sandbox.Network, 16, requests, Make, (i, answer) => contexts[i] = Check(i, answer));
        agent.Finish();

        var traces = agent.Spans.GroupBy(span => span.Id).ToDictionary(group => group.Key, group => group.ToArray());
        Assert.Equal(Enumerable.Range(0, requests).Select(Text).Order(), traces.Keys.Order());
        var broken = traces.Where(trace => !IsWhole(trace.Value, services)).ToArray();
        Assert.True(broken.Length == 0, $"{broken.Length} of {requests} traces are not whole; the first:\n{Draw(broken.FirstOrDefault().Value)}");
        Assert.Equal(requests, traces.Values.Select(spans => spans[0].TraceId).Distinct().Count());
        for (var i = 0; i < requests; i++)
        {
            ArrivedAsSeen(traces[Text(i)].Single(span => span.Service == services[2]), contexts[i]);
        }
    }

    private static bool IsPost(int i) => i % 10 == 3;

    private static HttpRequestMessage Make(int i)
    {
        var url = $"http://127.0.0.1:{FirstPort + 2}/{(IsPost(i) ? "echo" : "headers")}?id={i}";
        for (var port = FirstPort + 1; port >= FirstPort; port--)
        {
            url = $"http://127.0.0.1:{port}/hop?id={i}&next={Uri.EscapeDataString(url)}";
        }

        return new HttpRequestMessage(IsPost(i) ? HttpMethod.Post : HttpMethod.Get, url)
        {
            Content = IsPost(i) ? new ByteArrayContent(Request.Body(BodySize, i)) : null,
        };
    }

    /// <summary>The context with which the last service was called, as it saw it itself; empty: without one, null: not known.</summary>
    private static string? Check(int i, string answer)
    {
        if (IsPost(i))
        {
            Assert.Equal($"{Convert.ToHexStringLower(SHA256.HashData(Request.Body(BodySize, i)))} {BodySize}", answer);
            return null;
        }

        var lines = answer.Split('\n').Where(line => line.StartsWith("traceparent: ", StringComparison.OrdinalIgnoreCase)).ToArray();
        Assert.InRange(lines.Length, 0, 1);
        return lines.Length == 0 ? "" : lines[0][13..];
    }

    private static void ArrivedAsSeen(Span span, string? context)
    {
        if (context is not null)
        {
            Assert.Equal(context.Length > 0 ? "header" : "connection", span.Attributes["hilo.link"]);
            Assert.StartsWith(context.Length > 0 ? $"00-{span.TraceId}-{span.ParentId}-" : "", context, StringComparison.Ordinal);
        }
    }

    /// <summary>Server, client, server, client, server: each the child of the one before.</summary>
    private static bool IsWhole(Span[] spans, string[] services)
    {
        if (spans.Length != 5 || spans.Select(span => span.TraceId).Distinct().Count() != 1)
        {
            return false;
        }

        var parent = "";
        for (var i = 0; i < 5; i++)
        {
            var child = spans.SingleOrDefault(span => span.ParentId == parent);
            if (child is null || child.Service != services[i / 2] || child.IsServer != (i % 2 == 0) || child.StatusCode != 200)
            {
                return false;
            }

            parent = child.SpanId;
        }

        return true;
    }

    private static string Draw(Span[]? spans) => string.Join('\n', (spans ?? []).OrderBy(span => span.Start).Select(span =>
        $"{span.Service} {span.Kind} {span.Name} trace {span.TraceId} span {span.SpanId} parent {span.ParentId} status {span.StatusCode}"
        + $" link {span.Attributes.GetValueOrDefault("hilo.link")} propagation {span.Attributes.GetValueOrDefault("hilo.propagation")}"));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
