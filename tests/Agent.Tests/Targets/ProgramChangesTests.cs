// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Bpf;
using Agent.Contract;
using Agent.Targets;
using Agent.Tests.Config;

namespace Agent.Tests.Targets;

/// <summary>What an exec event becomes: a name in the table, and a change for the watcher.</summary>
public sealed class ProgramChangesTests : IDisposable
{
    private const int Pid = 42;
    private const ulong Tick = 10_000_000;
    private readonly FakeProc _proc = new();
    private readonly TargetTable _table = new();
    private readonly ChangeQueue _changes = new();

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void What_the_kernel_has_chosen_is_named_and_new()
    {
        _proc.Start(Pid, "/usr/bin/shop", environment: "OTEL_SERVICE_NAME=orders\0");

        Exec(Event() with { Chosen = 1 }, "*");

        var change = Assert.Single(Changes());
        Assert.Equal((ChangeKind.Exec, Pid, true, 5 * Tick), (change.Kind, change.Pid, change.IsNew, change.StartNs));
        Assert.Equal("orders", NameInTable());
        Assert.Same(change.Target, Found());
    }

    [Theory]
    [InlineData("/usr/bin/shop", "/nothing/matches")]
    [InlineData("/usr/bin/otelcol", "*")]
    public void What_the_kernel_has_chosen_and_the_selector_does_not_is_let_go_of(string program, string pattern)
    {
        _proc.Start(Pid, program);

        Exec(Event() with { Chosen = 1 }, pattern);

        Assert.Equal(ChangeKind.Exit, Assert.Single(Changes()).Kind);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Another_program_of_a_target_is_another_target_but_not_new()
    {
        _proc.Start(Pid, "/usr/bin/curl");

        Exec(Event() with { Target = 7 });

        Assert.False(Assert.Single(Changes()).IsNew);
        Assert.Equal("curl", NameInTable());
        Assert.Equal("/usr/bin/curl", Found().Program);
    }

    [Fact]
    public void Of_a_process_that_is_gone_the_command_is_left_and_what_it_was_told_before()
    {
        _table.Set(new Agent.Targets.Target(7, "sh", new([])) { Declaration = new Declaration("inherited", null) });

        Exec(Event("short") with { Target = 7 });
        Assert.Equal("inherited", NameInTable());

        Exec(Event("short") with { Target = 99 });
        Assert.Equal("short", NameInTable());

        Exec(Event("") with { Chosen = 1 }, "*");
        Assert.Equal("unknown", NameInTable());
    }

    [Fact]
    public void A_process_that_took_the_number_lends_neither_name_nor_environment()
    {
        _proc.Start(Pid, "/usr/bin/other", startTicks: 6, environment: "OTEL_SERVICE_NAME=other\0");

        Exec(Event("first") with { Chosen = 1 }, "*");

        Assert.Equal("first", NameInTable());
        Assert.Equal("first", Found().Program);
    }

    [Fact]
    public void What_the_kernel_read_of_the_environment_counts_whatever_became_of_the_process()
    {
        var declared = new byte[Constants.DeclaredNameSize + Constants.DeclaredAttributesSize];
        "orders"u8.CopyTo(declared);
        "team=a"u8.CopyTo(declared.AsSpan(Constants.DeclaredNameSize));

        Exec(Event("short") with { Chosen = 1, Declares = 1, NameSize = 6, AttributesSize = 6 }, "*", declared: declared);

        Assert.Equal("orders", NameInTable());
        Assert.Equal(new Declaration("orders", "team=a"), Found().Declaration);
    }

    [Fact]
    public void Known_to_declare_nothing_it_inherits_nothing()
    {
        _table.Set(new Agent.Targets.Target(7, "sh", new([])) { Declaration = new Declaration("inherited", null) });

        Exec(Event("short") with { Target = 7, Declares = 1 });

        Assert.Equal("short", NameInTable());
    }

    [Theory]
    [InlineData("*/shop", "/a", true)]
    [InlineData("*/shop", "/a/b", true)]
    [InlineData("*/shop", "/other", false)]
    [InlineData("*/shop", "/a/bc", false)]
    [InlineData("*/cart", "/a", false)]
    public void Nobody_is_chosen_against_the_selector_or_outside_the_confinement(string pattern, string confinement, bool expected)
    {
        _proc.Start(Pid, "/usr/bin/shop");

        Exec(Event(), pattern, confinement);

        Assert.Equal(expected, _table.TryFind(Pid, out _));
        Assert.Equal(expected ? [true] : [], Changes().Select(change => change.IsNew));
    }

    [Fact]
    public void Chosen_when_it_had_ended_already_it_is_reported_as_ended()
    {
        _proc.Start(Pid, "/usr/bin/shop", state: 'Z');

        Exec(Event());

        Assert.Equal([ChangeKind.Exec, ChangeKind.Exit], Changes().Select(change => change.Kind));
    }

    [Fact]
    public void The_agent_does_not_choose_itself()
    {
        _proc.Start(Environment.ProcessId, "/usr/bin/shop");

        Exec(Event() with { Pid = (uint)Environment.ProcessId });

        Assert.Empty(Changes());
        Assert.Equal(0, _table.Count);
    }

    private static ProcessEvent Event(string command = "x")
    {
        var e = new ProcessEvent { Pid = Pid, ParentPid = 1, StartNs = 5 * Tick, Change = ProcessChange.Exec };
        Encoding.ASCII.GetBytes(command).CopyTo((Span<byte>)e.Command);
        return e;
    }

    private void Exec(ProcessEvent e, string pattern = "*/shop", string confinement = "/", byte[]? declared = null)
    {
        var tree = CgroupTree.Find(_proc.Files, confinement);
        Assert.NotNull(tree);
        var selection = new TargetSelection(Files.Read($"auto_target_exe: '{pattern}'").Selector);
        new ProgramChanges(_proc.Files, tree, selection, _table, new BpfMap<uint, Contract.Target>(-1), new TargetNames(_proc.Files)).OnExec(e, declared, _changes);
    }

    private List<Change> Changes()
    {
        var changes = new List<Change>();
        while (_changes.TryTake(TimeSpan.Zero, out var change))
        {
            changes.Add(change);
        }
        return changes;
    }

    private Agent.Targets.Target Found()
    {
        Assert.True(_table.TryFind(Pid, out var target));
        return target;
    }

    private string NameInTable() => Found().ServiceName;
}
