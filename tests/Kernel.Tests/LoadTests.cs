// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Contract;

namespace Kernel.Tests;

/// <summary>Every object, alone and together with the others.</summary>
public class LoadTests
{
    public static TheoryData<string> Names => [.. Objects.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_object_loads_alone(string name)
    {
        using var bpfObject = Objects.Load(name);
        Assert.NotEmpty(bpfObject.Programs());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_object_loads_with_no_more_of_the_kernels_types_than_it_names(string name)
    {
        KernelLog.Capture();
        using var types = KernelTypes.TryCreate();
        Assert.NotNull(types);
        using var bpfObject = BpfObject.Open(name, types);
        Assert.True(types.TryFill([bpfObject.Layout]));
        bpfObject.Load(null);
        Assert.NotEmpty(bpfObject.Programs());
    }

    [Fact]
    public void Types_that_were_not_written_are_missed()
    {
        KernelLog.Capture();
        using var types = KernelTypes.TryCreate();
        using var bpfObject = BpfObject.Open("process", types);
        Assert.Throws<BpfException>(() => bpfObject.Load(null));
    }

    [Fact]
    public void Objects_that_name_the_same_map_share_it()
    {
        var maps = new SharedMaps();
        using var sockets = Objects.Load("sockets", maps);
        using var process = Objects.Load("process", maps);
        var written = new Target { Pid = 7 };
        Assert.Equal(0, sockets.Map<uint, Target>("targets").Set(42, written));
        Assert.True(process.Map<uint, Target>("targets").TryLookup(42, out var read));
        Assert.Equal(7u, read.Pid);
    }

    [Fact]
    public void Objects_loaded_alone_share_nothing()
    {
        using var sockets = Objects.Load("sockets");
        using var process = Objects.Load("process");
        Assert.Equal(0, sockets.Map<uint, Target>("targets").Set(42, default));
        Assert.False(process.Map<uint, Target>("targets").TryLookup(42, out _));
    }

    [Fact]
    public void Settings_are_what_the_programs_read()
    {
        using var bpfObject = BpfObject.Open("sockets");
        Assert.True(bpfObject.TrySet("settings", new Settings { AgentPid = 0x01020304, Sampler = Sampler.Ratio }));
        Assert.False(bpfObject.TrySet("no_such_variable", 1));
        Assert.Throws<InvalidOperationException>(() => bpfObject.TrySet("settings", 1));
        bpfObject.Load(null);
        Assert.Equal((0x01020304u, Sampler.Ratio), ReadBack(bpfObject));
    }

    [Fact]
    public void A_map_of_another_shape_is_refused()
    {
        using var sockets = Objects.Load("sockets");
        Assert.Throws<InvalidOperationException>(() => sockets.Map<ulong, Target>("targets"));
        Assert.Throws<InvalidOperationException>(() => sockets.Map<uint, uint>("targets"));
        Assert.Throws<InvalidOperationException>(() => sockets.Map<uint, uint>("no such map"));
    }

    [Fact]
    public void An_entry_is_added_once()
    {
        using var sockets = Objects.Load("sockets");
        var targets = sockets.Map<uint, Target>("targets");
        Assert.Equal(0, targets.Add(1, new Target { Pid = 1 }));
        Assert.Equal(LibC.ErrorExists, targets.Add(1, new Target { Pid = 2 }));
        Assert.True(targets.Remove(1));
        Assert.False(targets.Remove(1));
    }

    private static (uint AgentPid, Sampler Sampler) ReadBack(BpfObject bpfObject)
    {
        Assert.True(bpfObject.Layout.TryFindVariable(".rodata", "settings", out var place));
        var content = bpfObject.ReadOnlyContent().AsSpan(place.Offset, place.Size);
        var settings = System.Runtime.InteropServices.MemoryMarshal.Read<Settings>(content);
        return (settings.AgentPid, settings.Sampler);
    }
}
