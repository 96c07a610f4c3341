// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Deployment;

/// <summary>
/// Row O02. Manifests for Kubernetes, with the image run as they say: rights, limits, mounts, variables, arguments, the files of their
/// ConfigMap. There is no cluster; the receiver is the one of the test.
/// </summary>
public sealed class ManifestTests : Scenario
{
    private const int ServerPort = 8001;
    private const int Count = 5;

    [Fact]
    public void That_of_hilo()
    {
        var manifest = new Manifest(Sandbox, Path.Combine(Repository.Root, "deploy", "kubernetes", "hilo.yaml"));
        Assert.False(manifest.HasHostNetwork);
        var queue = Sandbox.PathOf("volume-queue");

        Traces(manifest, () =>
        {
            Assert.Equal("200", Ask(8898, "healthz"));
            Assert.Equal("200", Ask(8898, "readyz"));
            Assert.Equal("200", Ask(8899, "internal/metrics"));
            Assert.NotEmpty(Directory.GetFileSystemEntries(queue));
        });
    }

    [Fact]
    public void That_of_obi_with_only_the_image_changed()
    {
        var manifest = new Manifest(Sandbox, Path.Combine(Repository.Root, "tests", "Scenarios", "Deployment", "obi-daemonset.yaml"));
        Assert.True(manifest.HasHostNetwork);

        var said = Traces(manifest, () => { });

        Assert.Contains("OTEL_EBPF_BPF_WAKEUP_LEN", said, StringComparison.Ordinal); // has no meaning here, and is named
    }

    [Fact]
    public void Those_of_the_pipeline_have_configurations_that_can_be_used()
    {
        var objects = Manifest.Read(Sandbox, Path.Combine(Repository.Root, "deploy", "kubernetes", "pipeline.yaml"));
        var maps = objects.Where(one => (string)one["kind"]! == "ConfigMap").ToList();
        Assert.Equal(2, maps.Count);
        foreach (var map in maps)
        {
            var name = (string)map["metadata"]!["name"]!;
            var file = Sandbox.PathOf(name);
            File.WriteAllText(file, (string)map["data"]!["hilo.yaml"]!);
            Assert.Contains("can be used, 0 warning(s)", Sandbox.StartOutside(new ProgramStart(Repository.Agent, "config", "check", file)).Finish(), StringComparison.Ordinal);
            var deployment = objects.Single(one => (string)one["kind"]! == "Deployment" && (string)one["metadata"]!["name"]! == name);
            var container = deployment["spec"]!["template"]!["spec"]!["containers"]![0]!;
            Assert.Equal(name, $"hilo-{container["args"]![0]}");
        }
    }

    private string Traces(Manifest manifest, Action look)
    {
        var pod = manifest.HasHostNetwork ? Sandbox.Network : Sandbox.AddNetwork();
        Sandbox.Serve(Programs.Server("python", ServerPort, Sandbox.Folder).Named("web"), ServerPort, pod);
        using var container = manifest.Contain(Sandbox, ImageTests.Image(Sandbox));
        // What the sandbox itself needs to be left alone, and its receiver; the rest is the manifest's.
        using var agent = new Agent(Sandbox, environment => container.Start(
            new(manifest.Environment("node-1").Concat(environment)), manifest.Arguments), ("OTEL_EBPF_AUTO_TARGET_EXE", null));
        for (var i = 0; i < Count; i++)
        {
            Sandbox.Start(new ProgramStart("curl", "-sS", $"http://127.0.0.1:{ServerPort}/headers"), pod).Finish();
        }
        agent.Receiver.WaitFor(spans => spans.Count(span => span is { IsServer: true, Service: "web" }) == Count);
        look();
        agent.Finish();
        return agent.Program.Errors;
    }

    private string Ask(int port, string page) => Sandbox.StartOutside(new ProgramStart(
        "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", $"http://127.0.0.1:{port}/{page}")).Finish().TrimEnd();
}
