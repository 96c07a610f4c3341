// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Kubernetes;

/// <summary>What is known of the cluster stays true, whatever becomes of the connection to it.</summary>
public sealed class WatchTests : Scenario
{
    private const int FirstPort = 8001;
    private int _pods;

    [Fact]
    public void Whatever_ends_a_watch_the_next_pod_has_its_names()
    {
        var cluster = new Cluster(Sandbox).Serve();
        using var agent = new Agent(Sandbox, cluster.Settings);
        cluster.Await(Cluster.IsWatch, 1, "a watch");
        NextPodIsNamed(cluster, agent);

        // In the stream.
        var lists = cluster.Requests.Count(Cluster.IsList);
        cluster.Do("expire", true);
        cluster.Await(Cluster.IsList, lists + 1, "a list after 410 in the stream");
        NextPodIsNamed(cluster, agent);

        // The connection is lost, and the version of bookmarks is still known: no list.
        lists = cluster.Requests.Count(Cluster.IsList);
        var watches = cluster.Requests.Count(Cluster.IsWatch);
        Thread.Sleep(1500); // a bookmark
        cluster.Do("reset", true);
        cluster.Await(Cluster.IsWatch, watches + 1, "a watch that goes on");
        NextPodIsNamed(cluster, agent);
        Assert.Equal(lists, cluster.Requests.Count(Cluster.IsList));

        // While it is away, everything happens.
        cluster.Do("away", true);
        cluster.Do("reset", true);
        Thread.Sleep(500);
        cluster.Do("compact", true);
        cluster.Do("away", false);
        cluster.Await(Cluster.IsList, lists + 1, "a list after 410");
        NextPodIsNamed(cluster, agent);

        // The token is another one; the watch that was open with the old one ends.
        watches = cluster.Requests.Count(Cluster.IsWatch);
        cluster.RotateToken(laterMilliseconds: 500);
        cluster.Do("reset", true);
        cluster.Await(Cluster.IsWatch, watches + 1, "a watch with the new token");
        NextPodIsNamed(cluster, agent);
        agent.Finish();
    }

    [Fact]
    public async Task With_the_old_token_it_waits_for_the_new_one()
    {
        var cluster = new Cluster(Sandbox).Serve();
        using var agent = new Agent(Sandbox, cluster.Settings);
        cluster.Await(Cluster.IsWatch, 1, "a watch");

        var rotation = Task.Run(() => cluster.RotateToken(laterMilliseconds: 1500));
        Thread.Sleep(200);
        cluster.Do("reset", true);
        cluster.Await(request => request.StartsWith("401 ", StringComparison.Ordinal), 1, "the old token");
        await rotation;
        cluster.Await(Cluster.IsWatch, 2, "a watch with the new token");
        NextPodIsNamed(cluster, agent);
        agent.Finish();

        Assert.Contains("does not accept the token of the service account (401)", agent.Program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("token-", agent.Program.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_pods_take_bounded_memory()
    {
        const int pods = 10_000;
        const int limit = 24 << 20;
        var empty = Resident(0);
        var full = Resident(pods);
        TestContext.Current.TestOutputHelper?.WriteLine($"resident: {empty >> 10} KiB without pods, {full >> 10} KiB with {pods}");
        Assert.True(full - empty < limit, $"{(full - empty) >> 20} MiB for {pods} pods");
    }

    [Fact]
    public void The_server_is_one_that_kubectl_reads_from()
    {
        var cluster = new Cluster(Sandbox).Serve();
        cluster.Put(new TestPod("cart-5d4f8c7b9-x2k4v", 1).Running);
        Thread.Sleep(200);
        var token = File.ReadAllText(Path.Combine(cluster.Account, "token")).Trim();
        var printed = Sandbox.StartOutside(new ProgramStart(
            "kubectl", "--server", "https://127.0.0.1:6443", "--certificate-authority", cluster.Authority, "--token", token,
            "get", "--raw", "/api/v1/namespaces/shop/pods/cart-5d4f8c7b9-x2k4v")).Finish();
        Assert.Contains("containerd://", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void The_doctor_asks_it()
    {
        var cluster = new Cluster(Sandbox);
        Assert.Contains("the API server cannot be reached", Doctor(cluster), StringComparison.Ordinal);
        cluster.Serve();
        Assert.Matches("(?m)^yes +pods have names", Doctor(cluster));
        File.WriteAllText(Path.Combine(cluster.Account, "token"), "wrong");
        Assert.Contains("does not accept the token of the service account (401)", Doctor(cluster), StringComparison.Ordinal);
    }

    private string Doctor(Cluster cluster)
    {
        var start = new ProgramStart("/bin/sh", "-c", "\"$0\" doctor; true", Repository.Agent);
        foreach (var (name, value) in cluster.Settings)
        {
            start.Environment[name] = value!;
        }
        return Sandbox.StartOutside(start).Finish();
    }

    private long Resident(int pods)
    {
        var sandbox = AddSandbox();
        var cluster = new Cluster(sandbox, pods).Serve();
        using var agent = new Agent(sandbox, [.. cluster.Settings, ("OTEL_EBPF_KUBE_META_RESTRICT_LOCAL_NODE", "false")]);
        cluster.Await(Cluster.IsWatch, 1, "a watch");
        Thread.Sleep(2000);
        var line = File.ReadLines($"/proc/{agent.Program.Pid}/status").First(text => text.StartsWith("VmHWM", StringComparison.Ordinal));
        agent.Finish();
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    private void NextPodIsNamed(Cluster cluster, Agent agent)
    {
        var port = FirstPort + _pods++;
        var pod = new TestPod($"cart-5d4f8c7b9-{_pods:00000}", _pods);
        cluster.Put(pod.Running);
        Sandbox.StartBelow(pod.Cgroup, Programs.Server("python", port, Sandbox.Folder)).WaitFor(() => Sandbox.Network.IsListening(port), "listener", 40);
        Sandbox.StartOutside(Programs.Client("curl", $"http://127.0.0.1:{port}", 1, 0, "x", Sandbox.Folder)).Finish();
        agent.Program.WaitFor(() => agent.Spans.Count == _pods, $"span {_pods}", 6);
        Assert.Equal(pod.Name, agent.Spans[^1].Resource.GetValueOrDefault("k8s.pod.name"));
    }
}
