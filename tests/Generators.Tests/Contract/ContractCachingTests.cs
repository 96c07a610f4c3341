// SPDX-License-Identifier: Apache-2.0
using Generators.Contract;
using Microsoft.CodeAnalysis;

namespace Generators.Tests.Contract;

/// <summary>What an edit of a contract runs again, and what it leaves alone.</summary>
public sealed class ContractCachingTests
{
    private readonly Generation _generation = new(
        new ContractGenerator(),
        Repository.Texts(Path.Combine(Repository.Cases, "events"), "*.h"));

    [Fact]
    public void A_comment_that_documents_nothing_regenerates_nothing()
    {
        var before = _generation.Sources;
        _generation.Edit("kinds.h", text => "/* A new first line,\n * and a second one. */\n\n" + text);

        Assert.Contains(IncrementalStepRunReason.Modified, _generation.Reasons(ContractGenerator.SyntaxStep));
        Assert.Equal([IncrementalStepRunReason.Unchanged], _generation.Reasons(ContractGenerator.BoundStep));
        AssertAll(IncrementalStepRunReason.Cached);
        Assert.Equal(before, _generation.Sources);
    }

    [Fact]
    public void A_diagnostic_that_moves_regenerates_nothing()
    {
        _generation.Edit("kinds.h", text => text + "struct broken { int x; };\n");
        _generation.Edit("kinds.h", text => "\n" + text);

        Assert.Equal([IncrementalStepRunReason.Modified], _generation.Reasons(ContractGenerator.BoundStep));
        Assert.Equal([IncrementalStepRunReason.Unchanged], _generation.Reasons(ContractGenerator.ModelStep));
        AssertAll(IncrementalStepRunReason.Cached);
    }

    [Fact]
    public void A_file_that_did_not_change_is_not_parsed_again()
    {
        _generation.Edit("kinds.h", text => text + "\n");

        var reasons = _generation.Reasons(ContractGenerator.SyntaxStep).ToArray();
        Assert.Equal(2, reasons.Length);
        Assert.Equal(reasons.Length - 1, reasons.Count(reason => reason == IncrementalStepRunReason.Cached));
    }

    [Fact]
    public void A_documenting_comment_regenerates_only_what_shows_it()
    {
        _generation.Edit("call.h", text => text.Replace("in cents", "in hundredths"));

        Assert.Equal(IncrementalStepRunReason.Modified, Reason("Structs"));
        Assert.Equal(IncrementalStepRunReason.Cached, Reason("Decoder"));
        Assert.Equal(IncrementalStepRunReason.Cached, Reason("Attributes"));
        Assert.Equal(IncrementalStepRunReason.Cached, Reason("Layout"));
        Assert.Contains("in hundredths", _generation.Sources["Contract.Structs.g.cs"]);
    }

    [Fact]
    public void A_new_field_regenerates_everything_that_knows_structs()
    {
        _generation.Edit("call.h", text => text.Replace("__u8 codes[8];", "__u8 cause;\n    __u8 codes[7];"));

        AssertAll(IncrementalStepRunReason.Modified);
        Assert.Contains("public byte Cause;", _generation.Sources["Contract.Structs.g.cs"]);
        Assert.Contains("new(\"cause\", ", _generation.Sources["Contract.Layout.g.cs"]);
    }

    [Fact]
    public void A_repaired_mistake_takes_its_diagnostic_with_it()
    {
        _generation.Edit("call.h", text => text.Replace("__s64 cost", "int cost"));
        Assert.Contains(_generation.Problems, problem => problem.Id == "HILO008");

        _generation.Edit("call.h", text => text.Replace("int cost", "__s64 cost"));
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
