// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Kubernetes;

/// <summary>Who is traced for what its pod is.</summary>
public sealed class PodSelectionTests : Scenario
{
    private const int FirstPort = 8001;
    private readonly List<TestPod> _served = [];

    [Theory]
    [InlineData("discovery: {instrument: [{k8s_namespace: shop}]}", "a b")]
    [InlineData("discovery: {instrument: [{k8s_deployment_name: '{b,c}', k8s_namespace: shop}]}", "b")]
    [InlineData("discovery: {instrument: [{k8s_pod_labels: {tier: 'fr*'}}]}", "b c")]
    [InlineData("discovery: {instrument: [{k8s_owner_name: c, k8s_container_name: app, name: renamed}]}", "renamed")]
    [InlineData("discovery: {instrument: [{exe_path: '*/python3*'}], exclude_instrument: [{k8s_pod_name: 'a-*'}]}", "b c")]
    [InlineData("discovery: {services: [{k8s_statefulset_name: '.'}]}", "")]
    public void By_pods_also_those_that_are_told_of_later(string file, string expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var cluster = new Cluster(Sandbox).Serve();
        TestPod[] pods = [Make("a", 1, "shop", "back"), Make("b", 2, "shop", "front"), Make("c", 3, "bank", "front"), Make("d", 4, "kube-system", "back")];
        cluster.Put(pods[0].Running);
        Serve(pods[0]);
        Serve(pods[3]);
        var configuration = Sandbox.PathOf("hilo.yml");
        File.WriteAllText(configuration, file);
        using var agent = new Agent(Sandbox, [.. cluster.Settings, ("HILO_CONFIG", configuration), ("OTEL_EBPF_AUTO_TARGET_EXE", null)]);
        cluster.Await(Cluster.IsWatch, 1, "a watch");
        Serve(pods[1]);
        Serve(pods[2]);
        foreach (var pod in pods[1..])
        {
            cluster.Put(pod.Running);
        }
        Thread.Sleep(2500); // it looks once in a second

        for (var i = 0; i < _served.Count; i++)
        {
            Sandbox.StartOutside(Programs.Client("curl", $"http://127.0.0.1:{FirstPort + i}", 2, 0, "x", Sandbox.Folder)).Finish();
        }
        agent.Finish();

        Assert.Equal(expected, string.Join(' ', agent.Spans.Select(span => span.Service).Distinct().Order()));
        Assert.Equal(2 * expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, agent.Spans.Count);
    }

    private static TestPod Make(string name, int number, string place, string tier) => new($"{name}-5d4f8c7b9-x2k4v", number)
    {
        Namespace = place,
        Owner = $"{name}-5d4f8c7b9",
        Labels = new() { ["pod-template-hash"] = "5d4f8c7b9", ["tier"] = tier },
    };

    private void Serve(TestPod pod)
    {
        var port = FirstPort + _served.Count;
        _served.Add(pod);
        Sandbox.StartBelow(pod.Cgroup, Programs.Server("python", port, Sandbox.Folder)).WaitFor(() => Sandbox.Network.IsListening(port), "listener", 40);
    }
}
