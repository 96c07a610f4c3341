// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Agent.Propagation;
using Agent.Targets;
using Agent.Tests.Targets;

namespace Agent.Tests.Propagation;

/// <summary>Through which file, and where in it, a process calls ioctl().</summary>
public sealed class IoctlFilesTests : IDisposable
{
    private const string Program = "/bin/service";
    private static readonly string LibC = new ProcFs().MappedFile(
        Environment.ProcessId, path => path.EndsWith("/libc.so.6", StringComparison.Ordinal))!;

    private readonly FakeProc _proc = new();
    private readonly IoctlFiles _files;

    public IoctlFilesTests()
    {
        _files = new IoctlFiles(_proc.Files);
    }

    public void Dispose() => _proc.Dispose();

    [Theory]
    [InlineData("/lib/libc.so.6", "/lib/libc.so.6")]
    [InlineData("/opt/libc-2.17.so", "/opt/libc-2.17.so")]
    [InlineData("/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-x86_64.so.1")]
    [InlineData("/lib64/ld-linux-x86-64.so.2", "/lib64/libc.so.6")]
    [InlineData("/lib/libm.so.6", Program)]
    public void It_is_the_c_library_or_the_one_beside_the_dynamic_linker_or_the_program(string mapped, string place)
    {
        _proc.Start(1, Program);
        _proc.Map(1, "/usr/lib/locale.so", mapped);
        _proc.Place(1, place, LibC);

        Assert.True(_files.TryFind(Process(1), out var file, out var neverAsks));

        Assert.False(neverAsks);
        Assert.NotEqual(0UL, file.Facts.Offset);
        Assert.Equal(File.ReadAllBytes(LibC).Length, File.ReadAllBytes(file.Path).Length);
        _files.Release(file);
    }

    [Fact]
    public void Processes_of_one_library_share_it_until_the_last_has_released_it()
    {
        _proc.Start(1, Program);
        _proc.Map(1, "/lib/libc.so.6");
        var place = _proc.Place(1, "/lib/libc.so.6", LibC);
        _proc.Start(2, Program);
        _proc.Map(2, "/lib/libc.so.6");
        Directory.CreateDirectory(_proc.Files.Inside(2, "/lib"));
        File.CreateSymbolicLink(_proc.Files.Inside(2, "/lib/libc.so.6"), place);

        Assert.True(_files.TryFind(Process(1), out var first, out _));
        Assert.True(_files.TryFind(Process(2), out var second, out _));
        Assert.Same(first, second);
        _files.Release(first);
        Assert.True(second.IsOpen);
        _files.Release(second);
        Assert.False(second.IsOpen);
    }

    [Fact]
    public void It_outlives_the_process_and_a_new_file_in_its_place_is_another()
    {
        _proc.Start(1, Program);
        _proc.Map(1, "/lib/libc.so.6");
        _proc.Place(1, "/lib/libc.so.6", LibC);
        Assert.True(_files.TryFind(Process(1), out var before, out _));

        _proc.Start(1, Program);
        _proc.Map(1, "/lib/libc.so.6");
        _proc.Place(1, "/lib/libc.so.6", LibC);
        Assert.True(_files.TryFind(Process(1), out var after, out _));

        Assert.NotSame(before, after);
        Assert.NotEmpty(File.ReadAllBytes(before.Path));
        _files.Release(before);
        _files.Release(after);
    }

    [Fact]
    public void A_static_go_program_never_asks()
    {
        var program = Path.Combine(Path.GetDirectoryName(_proc.Files.Root)!, $"hilo-go-{Guid.NewGuid():N}");
        const string code = "__attribute__((section(\".go.buildinfo\"), used)) char mark[] = \"go\"; void _start(void) {}";
        using (var compiler = System.Diagnostics.Process.Start(
            new ProcessStartInfo("gcc", ["-static", "-nostdlib", "-x", "c", "-", "-o", program]) { RedirectStandardInput = true })!)
        {
            compiler.StandardInput.Write(code);
            compiler.StandardInput.Close();
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
        }
        _proc.Start(1, Program);
        _proc.Place(1, Program, program);
        File.Delete(program);

        Assert.False(_files.TryFind(Process(1), out _, out var neverAsks));
        Assert.True(neverAsks);
    }

    [Fact]
    public void Without_ioctl_or_without_a_process_nothing_is_found()
    {
        _proc.Start(1, Program);
        _proc.Place(1, Program, "/proc/self/status");
        Assert.False(_files.TryFind(Process(1), out _, out var asks));
        Assert.False(_files.TryFind(Process(2), out _, out var gone));
        Assert.False(asks || gone);
    }

    private static TargetProcess Process(int pid) => new(pid, 5, Program, new Target(pid, "x", new([])))
    {
        Cgroup = "/",
        NetworkNamespace = 0,
    };
}
