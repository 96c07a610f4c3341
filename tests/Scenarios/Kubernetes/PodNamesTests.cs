// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Kubernetes;

/// <summary>What spans say about the pod that they come from.</summary>
public sealed class PodNamesTests : Scenario
{
    private const int Port = 8001;

    [Fact]
    public void Spans_carry_the_names_of_their_pod()
    {
        var pod = new TestPod("cart-5d4f8c7b9-x2k4v", 1);
        var cluster = new Cluster(Sandbox).Serve();
        Enumerable.Range(100, 7).ToList().ForEach(i => cluster.Put(new TestPod($"other-{i}", i).Running)); // more than a page
        cluster.Put(pod.Running);
        Serve(pod);
        using var agent = new Agent(Sandbox, cluster.Settings);

        Ask(5);
        agent.Finish();

        Assert.Equal(5, agent.Spans.Count);
        Assert.All(agent.Spans, span => Assert.Equal(Expected(pod), Names(span)));
        Assert.Contains(cluster.Requests, request => Cluster.IsList(request) && request.Contains("continue=", StringComparison.Ordinal));
        Assert.All(cluster.Requests.Where(Cluster.IsList), request => Assert.Contains("fieldSelector=spec.nodeName%3Dhere", request, StringComparison.Ordinal));
    }

    [Fact]
    public void The_first_spans_of_a_pod_wait_for_its_names()
    {
        var pod = new TestPod("cart-5d4f8c7b9-x2k4v", 1) { Containers = ["proxy", "app"] };
        var cluster = new Cluster(Sandbox).Serve();
        using var agent = new Agent(Sandbox, cluster.Settings);
        cluster.Await(Cluster.IsWatch, 1, "a watch");

        Serve(pod);
        Ask(20);
        cluster.Put(pod.Scheduled);
        Thread.Sleep(700);
        Assert.Empty(agent.Spans);
        cluster.Put(pod.Running);
        agent.Program.WaitFor(() => agent.Spans.Count == 20, "spans of the pod", 4);
        agent.Finish();

        Assert.All(agent.Spans, span => Assert.Equal(Expected(pod), Names(span)));
    }

    [Fact]
    public void Spans_of_a_process_that_has_ended_wait_too()
    {
        var pod = new TestPod("cart-5d4f8c7b9-x2k4v", 1);
        var cluster = new Cluster(Sandbox).Serve();
        Sandbox.Serve(Programs.Server("python", Port, Sandbox.Folder).Named("backend"), Port);
        using var agent = new Agent(Sandbox, cluster.Settings);
        cluster.Await(Cluster.IsWatch, 1, "a watch");

        Sandbox.StartBelow(pod.Cgroup, Programs.Client("curl", $"http://127.0.0.1:{Port}", 3, 0, "x", Sandbox.Folder)).Finish();
        Thread.Sleep(300);
        cluster.Put(pod.Running);
        agent.Program.WaitFor(() => agent.Spans.Count == 6, "spans of both", 4);
        agent.Finish();

        Assert.All(agent.Spans.Where(span => span.IsClient), span => Assert.Equal(Expected(pod), Names(span)));
        Assert.Equal(3, agent.Spans.Count(span => span.IsClient));
    }

    [Fact]
    public void Without_an_API_server_they_leave_after_the_wait_with_what_is_known_and_get_names_later()
    {
        var pod = new TestPod("cart-5d4f8c7b9-x2k4v", 1);
        var cluster = new Cluster(Sandbox);
        Serve(pod);
        using var agent = new Agent(Sandbox, [.. cluster.Settings, ("HILO_KUBE_WAIT", "1500ms")]);

        Ask(5);
        agent.Program.WaitFor(() => agent.Spans.Count == 5, "spans without names", 5);
        Assert.All(agent.Spans, span =>
        {
            Assert.Equal(pod.ContainerId, span.Resource["container.id"]);
            Assert.DoesNotContain("k8s.pod.name", span.Resource.Keys);
            Assert.Equal("web", span.Service);
        });
        cluster.Serve().Put(pod.Running);
        cluster.Await(Cluster.IsWatch, 1, "a watch");
        Thread.Sleep(300);
        Ask(5);
        var ledger = agent.Finish();

        Assert.Equal(10, ledger.Exported);
        Assert.All(agent.Spans.Skip(5), span => Assert.Equal(Expected(pod), Names(span)));
    }

    [Theory]
    [InlineData("127.0.0.9", "payments.shop")]
    [InlineData("127.0.0.10", "payments-5d4f8c7b9-x2k4v.bank")]
    [InlineData("127.0.0.1", null)]
    public void Peers_of_clients_have_the_names_of_services_and_pods(string address, string? expected)
    {
        var cluster = new Cluster(Sandbox).Serve();
        cluster.Put(new { kind = "Service", metadata = new { name = "none", @namespace = "shop" }, spec = new { clusterIP = "None" } });
        cluster.Put(new { kind = "Service", metadata = new { name = "payments", @namespace = "shop" }, spec = new { clusterIP = "127.0.0.9" } });
        cluster.Put(new TestPod("payments-5d4f8c7b9-x2k4v", 9) { Namespace = "bank", Address = "127.0.0.10" }.Running);
        Sandbox.StartOutside(new ProgramStart("/usr/bin/python3", "-m", "http.server", "8002", "--bind", "0.0.0.0"))
            .WaitFor(() => Sandbox.Network.IsListening(8002), "listener", 40);
        using var agent = new Agent(Sandbox, cluster.Settings);
        cluster.Await(request => request.StartsWith("200 /api/v1/services?watch", StringComparison.Ordinal), 1, "a watch of services");
        cluster.Await(Cluster.IsWatch, 1, "a watch of pods");

        Sandbox.Start(new ProgramStart("/bin/sh", "-c", $"sleep 1; curl -sS -o /dev/null http://{address}:8002/")).Finish();
        agent.Finish();

        var span = Assert.Single(agent.Spans);
        Assert.Equal(expected, span.Attributes.GetValueOrDefault("peer.service"));
    }

    [Fact]
    public void What_the_service_says_goes_before_annotations_and_those_before_labels()
    {
        var due = (long)(new DateTimeOffset(2026, 11, 23, 1, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).TotalMinutes;
        var pod = new TestPod("nightly-abcde", 1)
        {
            OwnerKind = "Job",
            Owner = $"nightly-{due}",
            Labels = new() { ["app.kubernetes.io/name"] = "label", ["app.kubernetes.io/part-of"] = "label", ["app.kubernetes.io/version"] = "label" },
            Annotations = new() { ["resource.opentelemetry.io/service.namespace"] = "annotation", ["resource.opentelemetry.io/team"] = "blue" },
        };
        var cluster = new Cluster(Sandbox).Serve();
        cluster.Put(pod.Running);
        Serve(pod, ("OTEL_RESOURCE_ATTRIBUTES", "service.version=own"));
        using var agent = new Agent(Sandbox, cluster.Settings);

        Ask(1);
        agent.Finish();

        var span = Assert.Single(agent.Spans);
        Assert.Equal(("label", "annotation", "own", "blue"),
            (span.Service, span.Resource["service.namespace"], span.Resource["service.version"], span.Resource["team"]));
        Assert.Equal(("nightly", pod.Owner), (span.Resource["k8s.cronjob.name"], span.Resource["k8s.job.name"]));
    }

    private void Serve(TestPod pod, params (string Name, string Value)[] environment)
    {
        var start = Programs.Server("python", Port, Sandbox.Folder);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        Sandbox.StartBelow(pod.Cgroup, start).WaitFor(() => Sandbox.Network.IsListening(Port), "listener", 40);
    }

    private void Ask(int count) =>
        Sandbox.StartOutside(Programs.Client("curl", $"http://127.0.0.1:{Port}", count, 0, "x", Sandbox.Folder)).Finish();

    private static Dictionary<string, string> Expected(TestPod pod) => new()
    {
        ["service.name"] = "cart",
        ["service.namespace"] = pod.Namespace,
        ["service.instance.id"] = $"{pod.Namespace}.{pod.Name}.app",
        ["container.id"] = pod.ContainerId,
        ["k8s.cluster.name"] = "test",
        ["k8s.namespace.name"] = pod.Namespace,
        ["k8s.pod.name"] = pod.Name,
        ["k8s.pod.uid"] = pod.Uid,
        ["k8s.pod.start_time"] = "2026-11-23T01:00:04Z",
        ["k8s.node.name"] = Cluster.Node,
        ["k8s.container.name"] = "app",
        ["k8s.replicaset.name"] = pod.Owner,
        ["k8s.deployment.name"] = "cart",
    };

    private static Dictionary<string, string> Names(Span span) => span.Resource
        .Where(one => one.Key.StartsWith("k8s.", StringComparison.Ordinal) || one.Key.StartsWith("service.", StringComparison.Ordinal) || one.Key == "container.id")
        .ToDictionary();
}
