// SPDX-License-Identifier: Apache-2.0
using Generators.Contract;
using Microsoft.CodeAnalysis;

namespace Generators.Tests.Contract;

/// <summary>What an edit of the real contract runs again, and what it leaves alone.</summary>
public sealed class ContractCachingTests
{
    private readonly Generation _generation = new(new ContractGenerator(), Repository.Contract());

    [Fact]
    public void A_comment_that_documents_nothing_regenerates_nothing()
    {
        var before = _generation.Sources;
        _generation.Edit("types.h", text => "/* A new first line,\n * and a second one. */\n\n" + text);

        Assert.Contains(IncrementalStepRunReason.Modified, _generation.Reasons(ContractGenerator.SyntaxStep));
        Assert.Equal([IncrementalStepRunReason.Unchanged], _generation.Reasons(ContractGenerator.BoundStep));
        AssertAll(IncrementalStepRunReason.Cached);
        Assert.Equal(before, _generation.Sources);
    }

    [Fact]
    public void A_diagnostic_that_moves_regenerates_nothing()
    {
        _generation.Edit("settings.h", text => text + "struct broken { int x; };\n");
        _generation.Edit("settings.h", text => "\n" + text);

        Assert.Equal([IncrementalStepRunReason.Modified], _generation.Reasons(ContractGenerator.BoundStep));
        Assert.Equal([IncrementalStepRunReason.Unchanged], _generation.Reasons(ContractGenerator.ModelStep));
        AssertAll(IncrementalStepRunReason.Cached);
    }

    [Fact]
    public void A_file_that_did_not_change_is_not_parsed_again()
    {
        _generation.Edit("types.h", text => text + "\n");

        var reasons = _generation.Reasons(ContractGenerator.SyntaxStep).ToArray();
        Assert.Equal(Repository.Contract().Count, reasons.Length);
        Assert.Equal(reasons.Length - 1, reasons.Count(reason => reason == IncrementalStepRunReason.Cached));
    }

    [Fact]
    public void A_documenting_comment_regenerates_only_what_shows_it()
    {
        _generation.Edit("exchange.h", text => text.Replace("all zero: root", "all zero: the root"));

        Assert.Equal(IncrementalStepRunReason.Modified, Reason("Structs"));
        Assert.Equal(IncrementalStepRunReason.Cached, Reason("Decoder"));
        Assert.Equal(IncrementalStepRunReason.Cached, Reason("Attributes"));
        Assert.Equal(IncrementalStepRunReason.Cached, Reason("Layout"));
        Assert.Contains("all zero: the root", _generation.Sources["Contract.Structs.g.cs"]);
    }

    [Fact]
    public void A_new_field_regenerates_everything_that_knows_structs()
    {
        _generation.Edit("process.h", text => text.Replace("__u8 pad[7];", "__u8 cause;\n    __u8 pad[6];"));

        AssertAll(IncrementalStepRunReason.Modified);
        Assert.Contains("public byte Cause;", _generation.Sources["Contract.Structs.g.cs"]);
        Assert.Contains("new(\"cause\", ", _generation.Sources["Contract.Layout.g.cs"]);
    }

    [Fact]
    public void A_repaired_mistake_takes_its_diagnostic_with_it()
    {
        _generation.Edit("process.h", text => text.Replace("__u32 parent_pid;", "int parent_pid;"));
        Assert.Contains(_generation.Problems, problem => problem.Id == "HILO008");

        _generation.Edit("process.h", text => text.Replace("int parent_pid;", "__u32 parent_pid;"));
        Assert.Empty(_generation.Problems);
    }

    private IncrementalStepRunReason Reason(string output) => _generation.OutputReasons()[$"Contract.{output}.g.cs"];

    private void AssertAll(IncrementalStepRunReason reason)
    {
        var reasons = _generation.OutputReasons();
        Assert.Equal(5, reasons.Count);
        Assert.All(reasons.Values, actual => Assert.Equal(reason, actual));
    }
}
