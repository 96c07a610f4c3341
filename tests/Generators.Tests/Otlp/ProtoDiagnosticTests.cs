// SPDX-License-Identifier: Apache-2.0
using Generators.Common;
using Generators.Otlp;

namespace Generators.Tests.Otlp;

/// <summary>Every rule of .proto files, broken; '@' marks where the diagnostic must point.</summary>
public sealed class ProtoDiagnosticTests
{
    private const string Syntax = "syntax = \"proto3\";\n";

    public static TheoryData<string, string> BrokenFiles => new()
    {
        { "HILO101", "@message A {}" },
        { "HILO101", Syntax + "message A {\n  string a @1;\n}" },
        { "HILO101", Syntax + "message A {\n  string a = @b;\n}" },
        { "HILO101", Syntax + "message A {\n  string a = @99999999999;\n}" },
        { "HILO101", Syntax + "message A {@" },
        { "HILO101", Syntax + "service A { @" },
        { "HILO102", Syntax + "@/* and so on" },
        { "HILO102", Syntax + "import @\"a.proto;\n" },
        { "HILO103", "syntax = @\"proto2\";" },
        { "HILO103", Syntax + "message A {\n  @map<string, string> a = 1;\n}" },
        { "HILO103", Syntax + "message A {\n  @extensions 1 to 5;\n}" },
        { "HILO103", Syntax + "@extend A {}" },
        { "HILO104", Syntax + "import @\"absent.proto\";" },
        { "HILO105", Syntax + "message A {\n  Absent @a = 1;\n}" },
        { "HILO105", Syntax + "message A {\n  .A.B @a = 1;\n}" },
        { "HILO106", Syntax + "message A {\n  string a = 1;\n  string @b = 1;\n}" },
        { "HILO106", Syntax + "message A {\n  string a = 1;\n  string @a = 2;\n}" },
        { "HILO106", Syntax + "enum A { A_X = 0; @A_X = 1; }" },
        { "HILO107", Syntax + "message A {\n  string @a = 0;\n}" },
        { "HILO107", Syntax + "message A {\n  string @a = 19000;\n}" },
        { "HILO107", Syntax + "message A {\n  string @a = 536870912;\n}" },
        { "HILO107", Syntax + "message A {\n  reserved 4 to 6;\n  string @a = 5;\n}" },
        { "HILO107", Syntax + "enum A { A_X = 0; @A_Y = 4294967295; }" },
        { "HILO108", Syntax + "message A {}\nmessage @A {}" },
        { "HILO108", Syntax + "message SpanEvent {}\nmessage Span {\n  message @Event {}\n}" },
    };

    [Theory]
    [MemberData(nameof(BrokenFiles))]
    public void A_broken_rule_is_reported_where_it_is_broken(string id, string marked)
    {
        var place = marked.IndexOf('@');
        var generation = new Generation(new OtlpGenerator(), new Dictionary<string, string> { ["/proto/test.proto"] = marked.Remove(place, 1) });

        var problem = Assert.Single(generation.Problems);
        Assert.Equal(id, problem.Id);
        Assert.Equal("/proto/test.proto", problem.Location.GetLineSpan().Path);
        Assert.Equal(marked[..place].Count(c => c == '\n'), problem.Location.GetLineSpan().StartLinePosition.Line);
        Assert.Equal(place, problem.Location.SourceSpan.Start);
    }

    [Fact]
    public void Every_rule_has_a_test()
    {
        var rules = Diagnostics.All.Select(rule => rule.Id).Where(id => string.CompareOrdinal(id, "HILO100") > 0);
        Assert.Equal(rules.Order(), BrokenFiles.Select(row => row.Data.Item1).Distinct().Order());
    }
}
