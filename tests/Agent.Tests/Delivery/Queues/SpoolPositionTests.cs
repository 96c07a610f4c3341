// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Queues;

namespace Agent.Tests.Delivery.Queues;

public sealed class SpoolPositionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hilo-position-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_last_one_saved_is_found_again()
    {
        Assert.Null(Reopen("http://a:4318/v1/traces"));
        foreach (var saved in new[] { 5L, 7, 7, 1L << 40 })
        {
            Save("http://a:4318/v1/traces", saved);
            Assert.Equal(saved, Reopen("http://a:4318/v1/traces"));
        }
        Assert.Null(Reopen("http://a:4318/v1/trace"));
    }

    /// <summary>A crash may leave anything of the last write: then the one before it holds.</summary>
    [Fact]
    public void A_torn_write_leaves_the_one_before()
    {
        Save("r", 5);
        var path = Assert.Single(Directory.GetFiles(_folder));
        var before = File.ReadAllBytes(path);
        Save("r", 6);
        var after = File.ReadAllBytes(path);
        Array.Resize(ref before, after.Length);
        var changed = Enumerable.Range(0, after.Length).Where(i => before[i] != after[i]).ToArray();
        Assert.NotEmpty(changed);
        foreach (var torn in changed.SkipLast(1))
        {
            File.WriteAllBytes(path, [.. after[..(torn + 1)], .. before[(torn + 1)..]]);
            Assert.Equal(5, Reopen("r"));
        }
        File.WriteAllBytes(path, after);
        Assert.Equal(6, Reopen("r"));
    }

    private void Save(string receiver, long value)
    {
        using var position = SpoolPosition.Open(_folder, receiver);
        position.Save(value);
    }

    private long? Reopen(string receiver)
    {
        using var position = SpoolPosition.Open(_folder, receiver);
        return position.Saved;
    }
}
