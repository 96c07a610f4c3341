// SPDX-License-Identifier: Apache-2.0
using System.Text;
using System.Text.Json;
using Agent.Kubernetes;

namespace Agent.Tests.Kubernetes;

public class PodReaderTests
{
    private const string Complete = """
        {"kind":"Pod","metadata":{"name":"cart-7d9c5b6f4-x2k4v","namespace":"shop","uid":"u-1","creationTimestamp":"2026-11-23T01:00:00Z",
         "labels":{"pod-template-hash":"7d9c5b6f4","a":"b"},"annotations":{"short":"yes","long":"LONG","number":1,"nested":{"x":["y"]}},
         "ownerReferences":[{"kind":"Node","name":"n"},{"kind":"ReplicaSet","name":"cart-7d9c5b6f4","controller":true}],
         "managedFields":[{"fieldsV1":{"f:metadata":{"name":"no"}}}]},
         "spec":{"nodeName":"n1","containers":[{"name":"app","env":[{"name":"no"}]}],"initContainers":[{"name":"init"}]},
         "status":{"startTime":"2026-11-23T01:00:01Z","podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}],
         "containerStatuses":[{"name":"app","containerID":"containerd://c-1","state":{"running":{}}},{"name":"later","containerID":""}],
         "initContainerStatuses":[{"name":"init","containerID":"cri-o://c-2"}],"ephemeralContainerStatuses":[{"name":"debug","containerID":"docker://c-3"}]}}
        """;

    [Fact]
    public void What_is_needed_is_kept()
    {
        var pod = Read(Complete.Replace("LONG", new string('x', 257), StringComparison.Ordinal))!;
        Assert.Equal(("cart-7d9c5b6f4-x2k4v", "shop", "u-1", "n1", "2026-11-23T01:00:01Z"), (pod.Name, pod.Namespace, pod.Uid, pod.NodeName, pod.StartTime));
        Assert.Equal(new PodOwner("ReplicaSet", "cart-7d9c5b6f4"), pod.Owner);
        Assert.Equal([new("short", "yes")], pod.Annotations);
        Assert.Equal([new("app", "c-1"), new("init", "c-2"), new("debug", "c-3")], pod.Containers);
        Assert.Null(pod.OnlyContainer);
        Assert.Equal(["10.0.0.1", "fd00::1"], pod.Addresses);
        Assert.Equal(["ReplicaSet cart-7d9c5b6f4", "Deployment cart"], Workload.Of(pod).Select(one => $"{one.Kind} {one.Name}"));
    }

    [Fact]
    public void A_pod_in_the_network_of_its_node_has_no_addresses_of_its_own() =>
        Assert.Empty(Read("""{"metadata":{"name":"a","uid":"u"},"spec":{"hostNetwork":true},"status":{"podIPs":[{"ip":"10.0.0.1"}]}}""")!.Addresses);

    // Every value in turn is of another kind than it should be: what is left is read.
    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[{\"name\":\"no\"}]")]
    [InlineData("{\"name\":{\"name\":\"no\"}}")]
    public void What_is_of_another_kind_is_passed_over(string value)
    {
        foreach (var name in new[] { "labels", "annotations", "ownerReferences", "managedFields", "containers", "podIPs", "containerStatuses", "nodeName", "state" })
        {
            var at = Complete.IndexOf($"\"{name}\":", StringComparison.Ordinal) + name.Length + 3;
            var pod = Read(Complete[..at] + value + Complete[EndOfValue(at)..])!;
            Assert.Equal(("cart-7d9c5b6f4-x2k4v", "shop", "u-1", "2026-11-23T01:00:01Z"), (pod.Name, pod.Namespace, pod.Uid, pod.StartTime));
        }
    }

    [Fact]
    public void What_is_cut_is_refused()
    {
        for (var length = 1; length < Complete.Length - 1; length++)
        {
            Assert.ThrowsAny<JsonException>(() => Read(Complete[..length]));
        }
    }

    [Theory]
    [InlineData("backup-29000000", "2025-02-19T21:20:02Z", "backup")]
    [InlineData("backup-29000000", "2020-01-01T00:00:00Z", null)]
    [InlineData("backup-29000000", "2025-04-01T00:00:00Z", null)]
    [InlineData("backup-once", "2025-02-19T21:20:02Z", null)]
    [InlineData("backup-29000000", null, null)]
    public void A_job_that_was_due_shortly_before_is_of_a_cron_job(string job, string? created, string? expected)
    {
        var pod = new Pod { Owner = new("Job", job), CreationTime = created };
        Assert.Equal(expected, Workload.Of(pod).Where(one => one.Kind == "CronJob").Select(one => one.Name).SingleOrDefault());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task A_list_is_taken_apart_however_it_arrives(int piece)
    {
        var text = $$"""{"kind":"PodList","items":[{{string.Join(", ", Enumerable.Repeat(Complete, 30))}}],"metadata":{"continue":"next","resourceVersion":"12"},"more":[1,{"items":[2]}]}""";
        var names = new List<string>();
        var list = new ObjectList(json => names.Add(PodReader.Read(json)!.Name));
        await list.ReadAsync(new Pieces(Encoding.UTF8.GetBytes(text), piece), TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Repeat("cart-7d9c5b6f4-x2k4v", 30), names);
        Assert.Equal(("12", "next"), (list.ResourceVersion, list.Continue));
        await Assert.ThrowsAnyAsync<JsonException>(() => new ObjectList(_ => { }).ReadAsync(new Pieces(Encoding.UTF8.GetBytes(text[..^20]), piece), default));
    }

    [Fact]
    public void Lines_of_a_watch()
    {
        var error = WatchEvent.Parse("""{"type":"ERROR","object":{"kind":"Status","code":410,"metadata":{}}}"""u8);
        Assert.Equal((WatchKind.Error, 410), (error.Kind, error.Code));
        var bookmark = WatchEvent.Parse("""{"object":{"metadata":{"resourceVersion":"77"}},"type":"BOOKMARK"}"""u8);
        Assert.Equal((WatchKind.Bookmark, "77"), (bookmark.Kind, bookmark.ResourceVersion));
        Assert.Equal(WatchKind.Unknown, WatchEvent.Parse("[]"u8).Kind);
        Assert.ThrowsAny<JsonException>(() => WatchEvent.Parse("{\"type\":\"AD"u8).Kind);
    }

    private static Pod? Read(string json) => PodReader.Read(Encoding.UTF8.GetBytes(json));

    private static int EndOfValue(int begin)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(Complete[begin..]), isFinalBlock: false, default);
        reader.Read();
        Assert.True(reader.TrySkip());
        return begin + (int)reader.BytesConsumed;
    }

    private sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
