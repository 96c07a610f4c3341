// SPDX-License-Identifier: Apache-2.0
using Generators.Common;
using Generators.Contract;

namespace Generators.Tests.Contract;

/// <summary>Every rule of the contract, broken once or more; '@' marks where the diagnostic must point.</summary>
public sealed class ContractDiagnosticTests
{
    private const string Kinds = "enum event_kind : __u16 { EVENT_NONE, EVENT_A };\n";
    private const string Header = "struct event_header { enum event_kind kind; __u16 pad; __u32 size; };\n";

    public static TheoryData<string, string> BrokenHeaders => new()
    {
        { "HILO001", "struct a { __u8 x @y; };" },
        { "HILO001", "struct a { @};" },
        { "HILO001", "struct a { __u8 x[1@; };" },
        { "HILO001", "struct a { __u8 x@, y; };" },
        { "HILO001", "enum a : __u8 { A_X = -@B };" },
        { "HILO001", "enum a : __u8 { A_X } @b;" },
        { "HILO001", "struct a {\n    __u8 x OTLP(@1);\n};" },
        { "HILO002", "#pragma once\n\n  @/* and so on" },
        { "HILO002", "struct a { __u8 x OTLP(@\"key); };" },
        { "HILO002", "@#ifdef X\n" },
        { "HILO003", "@#undef X\n" },
        { "HILO003", "@#if X\n#endif\n" },
        { "HILO003", "@#define SIZE (4 * 4)\n" },
        { "HILO003", "@#define SIZE 017\n" },
        { "HILO003", "@#endif\n" },
        { "HILO003", "@#include <linux/types.h>\n" },
        { "HILO004", "#ifdef X\n@struct a { __u8 x; };\n#endif\n" },
        { "HILO004", "#ifdef X\n#define M(x) x\n#else\n@#define SIZE 1\n#endif\n" },
        { "HILO004", "struct a {\n    __u8 x;\n@#ifdef X\n    __u8 y;\n#endif\n};" },
        { "HILO005", "@#include \"absent.h\"\n" },
        { "HILO006", "@#include \"test.h\"\n" },
        { "HILO007", "struct a { struct @b x; };\nstruct b { __u8 x; };" },
        { "HILO007", "struct a { enum @b x; };" },
        { "HILO008", "struct a { @int x; };" },
        { "HILO008", "struct a { __u32 x;\n    @unsigned long y; };" },
        { "HILO008", "struct a { @union b x; };" },
        { "HILO009", "struct a { __u8 @*x; };" },
        { "HILO009", "struct a { struct b @*x; };" },
        { "HILO010", "struct a { __u8 @x : 3; };" },
        { "HILO011", "struct a { __u8 @x[2][2]; };" },
        { "HILO012", "struct a {\n    __u8 x;\n    __u32 @y;\n};" },
        { "HILO013", "struct @a {\n    __u32 x;\n    __u8 y;\n};" },
        { "HILO014", "struct a { __u8 x; };\nstruct @a { __u8 x; };" },
        { "HILO014", "struct a { __u8 x; };\nenum @a : __u8 { A_X };" },
        { "HILO014", "struct a { __u8 x; __u8 @x; };" },
        { "HILO014", "#define A_X 1\nenum a : __u8 { @A_X };" },
        { "HILO014", "#define A 1\n@#define A 1\n" },
        { "HILO015", "enum @a { A_X };" },
        { "HILO015", "enum @a : char { A_X };" },
        { "HILO016", "enum a : __u8 { A_X = 255, @A_Y };" },
        { "HILO016", "enum a : __u8 { @A_X = -1 };" },
        { "HILO017", "struct a { __u8 @x[0]; };" },
        { "HILO017", "struct a { __u8 @x[65537]; };" },
        { "HILO018", Kinds + Header + "struct a_event { struct event_header header; __u8 @x[]; __u8 y[8]; };" },
        { "HILO018", "struct a { __u8 @x[]; };" },
        { "HILO019", "struct a { __u8 x; __u8 @y[]; };" },
        { "HILO019", Kinds + Header + "struct a_event { struct event_header header; __u32 @x[]; };" },
        { "HILO019", Kinds + Header + "struct a_event { struct event_header header; __u8 x[]; };\nstruct b { struct a_event @a; };" },
        { "HILO020", "@typedef __u8 byte;" },
        { "HILO020", "@union a { __u8 x; };" },
        { "HILO020", "@struct { __u8 x; };" },
        { "HILO020", "@struct a;" },
        { "HILO020", "struct a { @struct { __u8 x; } y; };" },
        { "HILO020", "@static const int x = 1;" },
        { "HILO021", "struct a { __u8 @x[4] OTLP(\"key\"); };" },
        { "HILO021", "struct b { __u8 x; };\nstruct a { struct b @x OTLP(\"key\"); };" },
        { "HILO022", "struct a { __u8 x @OTLP(\"\"); };" },
        { "HILO022", "struct a { __u8 x OTLP(\"key\"); __u8 y @OTLP(\"key\"); };" },
        { "HILO023", Header.Replace("enum event_kind", "__u16") + "struct @a_event { struct event_header header; };" },
        { "HILO024", "enum event_kind : __u16 { EVENT_NONE, @EVENT_A };" },
        { "HILO025", Kinds + Header + "struct @a_event { __u64 x; };" },
        { "HILO026", Kinds + "struct @event_header { enum event_kind kind; __u16 size; };\nstruct a_event { struct event_header header; };" },
        { "HILO027", "struct a_b { __u8 x; };\nstruct @aB { __u8 x; };" },
        { "HILO027", "struct a { __u8 @a; };" },
        { "HILO027", "struct @event_decoder { __u8 x; };" },
        { "HILO027", "enum a : __u8 { A_X_Y, @A_X__Y };" },
        { "HILO028", "struct a { __u8 x[@SIZE]; };\n#define SIZE 4\n" },
        { "HILO028", "enum a : __u8 { A_X = @B_X };" },
        { "HILO029", "enum @a : __u8 { A_X, B_Y };" },
    };

    [Theory]
    [MemberData(nameof(BrokenHeaders))]
    public void A_broken_rule_is_reported_where_it_is_broken(string id, string marked)
    {
        var place = marked.IndexOf('@');
        var header = marked.Remove(place, 1);
        var generation = new Generation(new ContractGenerator(), new Dictionary<string, string> { ["/contract/test.h"] = header });

        var problem = generation.Problems.FirstOrDefault(problem => problem.Id == id);
        Assert.True(problem is not null, $"{id} expected, found: {string.Join("; ", generation.Problems)}");
        var span = problem.Location.GetLineSpan();
        Assert.Equal("/contract/test.h", span.Path);
        Assert.Equal(marked[..place].Count(c => c == '\n'), span.StartLinePosition.Line);
        Assert.Equal(place - (marked[..place].LastIndexOf('\n') + 1), span.StartLinePosition.Character);
        Assert.Equal(place, problem.Location.SourceSpan.Start);
    }

    [Fact]
    public void Every_rule_has_a_test()
    {
        var rules = Diagnostics.All.Select(rule => rule.Id).Where(id => string.CompareOrdinal(id, "HILO100") < 0);
        Assert.Equal(rules.Order(), BrokenHeaders.Select(row => row.Data.Item1).Distinct().Order());
    }

    [Fact]
    public void One_mistake_is_one_diagnostic_and_the_rest_is_generated()
    {
        var generation = new Generation(new ContractGenerator(), new Dictionary<string, string>
        {
            ["test.h"] = "struct a { __u8 x; int y; __u8 z; };\nunion b { __u8 x; };\nstruct c { __u8 x; };\n",
        });

        Assert.Equal(["HILO008", "HILO020"], generation.Problems.Select(problem => problem.Id).Order());
        Assert.Contains("struct C", generation.Sources["Contract.Structs.g.cs"]);
        Assert.Empty(generation.CompilerMessages());
    }

    [Fact]
    public void A_message_names_what_is_wrong()
    {
        var generation = new Generation(new ContractGenerator(), new Dictionary<string, string>
        {
            ["bpf/contract/test.h"] = "struct a {\n    __u8 x;\n    __u32 y;\n};\n",
        });

        Assert.Equal(
            "bpf/contract/test.h(3,11): error HILO012: 3 bytes of implicit padding before 'y'; name them, or order members by size",
            Assert.Single(generation.Problems).ToString());
    }
}
