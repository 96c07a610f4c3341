// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Contract;
using Agent.Propagation;

namespace Kernel.Tests;

/// <summary>The answer to a process that asks FIONREAD.</summary>
public sealed class EvictionTests : IDisposable
{
    private readonly SharedMaps _maps = new();
    private readonly BpfObject _sockmap;
    private readonly BpfObject _fionread;
    private readonly BpfMap<ulong, uint> _pids;
    private readonly BpfMap<uint, Watch> _watches;
    private readonly FionreadEviction _eviction;

    public EvictionTests()
    {
        _sockmap = Objects.Load("sockmap", _maps);
        _fionread = Objects.Load("fionread", _maps);
        _pids = _sockmap.Map<ulong, uint>("enrolled_pids");
        _watches = _fionread.Map<uint, Watch>("watches");
        _eviction = new FionreadEviction(_pids, EnrolledSockets.Of(_sockmap), _watches);
    }

    public void Dispose()
    {
        _eviction.Dispose();
        _fionread.Dispose();
        _sockmap.Dispose();
    }

    [Fact]
    public void Takes_out_every_socket_of_the_process_and_no_other()
    {
        const uint asking = 7;
        const uint other = 8;
        const int sockets = 3000; // more than one chunk
        for (var cookie = 1UL; cookie <= sockets; cookie++)
        {
            Assert.Equal(0, _pids.Set(cookie, cookie % 2 == 0 ? asking : other));
        }
        Assert.Equal(0, _watches.Set(asking, new Watch { State = WatchState.Asked }));
        Assert.Equal(sockets / 2, _eviction.Evict(asking));
        Assert.True(_watches.TryLookup(asking, out var watch));
        Assert.Equal(WatchState.Evicted, watch.State);
        for (var cookie = 1UL; cookie <= sockets; cookie++)
        {
            Assert.Equal(cookie % 2 != 0, _pids.TryLookup(cookie, out _));
        }
    }

    [Fact]
    public void A_process_without_sockets_is_answered_too()
    {
        Assert.Equal(0, _eviction.Evict(9));
        Assert.True(_watches.TryLookup(9, out var watch));
        Assert.Equal(WatchState.Evicted, watch.State);
    }
}
