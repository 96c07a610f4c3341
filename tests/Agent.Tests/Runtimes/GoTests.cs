// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Agent.Contract;
using Agent.Probes;
using Agent.Runtimes.Go;
using Agent.Sources;
using Agent.Tests.Native;

namespace Agent.Tests.Runtimes;

/// <summary>On programs that the installed toolchain builds.</summary>
public sealed class GoTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_table_says_what_debug_information_says()
    {
        using var elf = Open(Build());

        Assert.True(GoBuild.TryRead(elf, out var build));
        Assert.True(GoLayout.TryFind(build, out var known));
        Assert.True(GoLayout.TryRead(elf, out var read));
        Assert.Equal((read.Goid, read.Curg, read.RequestContext), (known.Goid, known.Curg, known.RequestContext));
    }

    [Theory]
    [InlineData("go", 17)]
    [InlineData("go", 99)]
    [InlineData("grpc", 29)]
    [InlineData("rust", 1)]
    public void The_table_knows_what_somebody_has_looked_at(string kind, int minor) => Assert.False(GoOffsets.TryFind(kind, minor, out _));

    [Fact]
    public void A_line_holds_until_the_next_one()
    {
        Assert.True(GoOffsets.TryFind("go", 20, out var between));
        Assert.True(GoOffsets.TryFind("go", 19, out var before));
        Assert.Equal(before, between);
    }

    /// <summary>What `./build.sh go-offsets` does, for what is installed.</summary>
    [Fact]
    public void The_table_is_what_the_command_measures()
    {
        var program = Path.Combine(_folder.FullName, "offsets");
        Run("go", "build", "-o", program, Source("offsets.go"), Source("grpc.go"));

        var lines = Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["go", "grpc"], lines.Select(line => line.Split(' ')[0]));
        Assert.All(lines.Select(line => line.Split(' ')), words =>
        {
            Assert.True(GoOffsets.TryFind(words[0], int.Parse(words[1], CultureInfo.InvariantCulture), out var places));
            Assert.Equal(words[2..], places.Select(place => place.ToString(CultureInfo.InvariantCulture)));
        });

        static string Source(string name) => Path.Combine(Repository.Root, "src", "Agent", "Runtimes", "Go", "Offsets", name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-s -w")]
    public void Functions_are_found_where_the_toolchain_says(string linker)
    {
        var program = Build(linker);
        using var elf = Open(program);
        var names = new[] { "runtime.newproc.func1", "net/http.(*Request).write", "no.such.function" };

        var functions = GoFunctions.Find(elf, names);

        var symbols = Run("go", "tool", "nm", Build()).Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 2).ToLookup(words => string.Join(' ', words[2..]), words => Convert.ToUInt64(words[0], 16));
        Assert.Equal(names[..2].Select(name => symbols[name].Single()), functions[..2].Select(function => function!.Address));
        Assert.Null(functions[2]);
    }

    [Fact]
    public void Probes_are_placed_on_jumps_and_calls()
    {
        using var elf = Open(Build("-s -w"));

        var facts = GoFacts.Read(elf);

        var places = Assert.IsType<Agent.Bpf.UprobePlace[]>(facts.Places).ToDictionary(place => (GoSite)place.Cookie, place => elf.ReadCode(place.Offset, 2));
        GoSite[] jumps = [GoSite.Serve, GoSite.Ask, GoSite.Write];
        Assert.All(jumps, site => Assert.True(places[site] is [0x76, _] or [0x0f, 0x86]));
        Assert.Equal(0xe8, places[GoSite.Start][0]);
        Assert.DoesNotContain(GoSite.ServeCall, places.Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-s -w")]
    public void Tls_is_probed_where_a_function_has_all_that_is_asked_for(string linker)
    {
        using var elf = Open(Build(linker));

        var sites = TlsFacts.Read(elf).Sites.ToArray().ToLookup(site => site.Hook);

        Assert.Equal([32u, 32u, 24u, 24u], sites[TlsHook.GoHandshake].Select(site => site.Distance));
        Assert.All(sites[TlsHook.GoHandshake].Append(Assert.Single(sites[TlsHook.GoWrite])), site =>
            Assert.True(elf.ReadCode(site.Offset, 2) is [0x76, _] or [0x0f, 0x86]));
        var read = Assert.Single(sites[TlsHook.GoRead]);
        Assert.Equal(0xe8, elf.ReadCode(read.Offset, 1)[0]);
        Assert.InRange(read.Distance, 8u, 1024u);
        Assert.Equal(6, sites.Sum(hook => hook.Count()));
    }

    [Theory]
    [InlineData("4889442470", 0x70)]
    [InlineData("4883ec6848894c247848898424a0010000", 0x1a0)]
    [InlineData("48895c2478", 0)]
    [InlineData("48894424", 0)]
    public void Where_the_first_argument_is_kept_is_found(string code, int distance)
    {
        Assert.Equal(distance > 0, GoTls.TryFindFirstArgument(Convert.FromHexString(code), out var found));
        Assert.Equal((uint)distance, found);
    }

    [Fact]
    public void Headers_are_written_on_jumps_and_calls()
    {
        using var elf = Open(Build("-s -w"));

        var places = GoWritePlaces.Find(elf).ToDictionary(place => (GoWriteSite)place.Cookie, place => elf.ReadCode(place.Offset, 2));

        GoWriteSite[] jumps = [GoWriteSite.Request, GoWriteSite.Stream];
        GoWriteSite[] calls = [GoWriteSite.Head, GoWriteSite.Frame, GoWriteSite.FrameEnd];
        Assert.All(jumps, site => Assert.True(places[site] is [0x76, _] or [0x0f, 0x86]));
        Assert.All(calls, site => Assert.Equal(0xe8, places[site][0]));
        Assert.Equal(jumps.Length + calls.Length, places.Count);
    }

    [Fact]
    public void Programs_that_are_not_go_are_left_alone()
    {
        using var elf = Open("/proc/self/exe");

        Assert.Null(GoFacts.Read(elf).Places);
        Assert.Empty(GoWritePlaces.Find(elf));
    }

    [Theory]
    [InlineData("go1.19.8", 19)]
    [InlineData("go1.26.10 X:nocoverageredesign", 26)]
    [InlineData("devel go1.27-0123abc Mon Jan 1", 27)]
    [InlineData("devel +0123abc", 0)]
    public void Versions_are_read(string version, int expected)
    {
        Assert.Equal(expected > 0, GoBuild.TryMinor(Encoding.UTF8.GetBytes(version), out var minor));
        Assert.Equal(expected, minor);
    }

    [Theory]
    [InlineData("dep\tgoogle.golang.org/grpc\tv1.64.0\th1:x=\n", 64)]
    [InlineData("dep\tgoogle.golang.org/grpc\tv1.64.0\n=>\texample.org/c\tv1.79.1-rc.1\th1:y=\n", 79)]
    [InlineData("dep\tgoogle.golang.org/grpc\tv1.64.0\n=>\t../d\t(devel)\t\n", 0)]
    [InlineData("dep\tgoogle.golang.org/grpc/examples\tv1.64.0\th1:x=\n", 0)]
    [InlineData("", 0)]
    public void What_replaces_a_module_counts(string modules, int expected) => Assert.Equal(expected, GoBuild.GrpcOf(Encoding.UTF8.GetBytes(modules)));

    [Theory]
    [InlineData(30, 32u, 0u, 32u, 0)]
    [InlineData(64, 16u, 0u, 32u, 0)]
    [InlineData(66, 16u, 0u, 40u, 0)]
    [InlineData(72, 16u, 0u, 8u, 1)]
    [InlineData(79, 16u, 108u, 0u, 0)]
    [InlineData(99, 0u, 0u, 0u, 0)]
    public void Grpc_is_laid_out_by_its_version(int minor, uint connection, uint stream, uint context, byte isInside)
    {
        Assert.True(GoLayout.TryFind(new GoBuild(24, minor), out var layout));

        Assert.Equal((connection, stream, context, isInside), (layout.RpcConnection, layout.RpcStream, layout.RpcStreamContext, layout.RpcStreamIsInside));
    }

    [Theory]
    [InlineData(17)]
    [InlineData(99)]
    public void Toolchains_that_nobody_has_looked_at_are_not_known(int minor) =>
        Assert.False(GoLayout.TryFind(new GoBuild(minor, 0), out _));

    private static ElfFile Open(string path)
    {
        Assert.True(ElfFile.TryOpen(path, out var elf));
        return elf;
    }

    private string Build(string linker = "")
    {
        var source = Path.Combine(_folder.FullName, "main.go");
        var program = Path.Combine(_folder.FullName, $"program{linker.Length}");
        File.WriteAllText(source, "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.Get(\"http://127.0.0.1/\")\n\thttp.ListenAndServeTLS(\"127.0.0.1:0\", \"\", \"\", nil)\n}\n");
        Run("go", "build", "-ldflags", linker, "-o", program, source);
        return program;
    }

    private static string Run(params string[] command)
    {
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        info.Environment["GO111MODULE"] = "off";
        info.Environment["GOPATH"] = "/usr/share/gocode"; // the packages of Debian
        info.Environment["GOCACHE"] = Path.Combine(Path.GetTempPath(), "hilo-go-cache");
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
