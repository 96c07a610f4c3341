// SPDX-License-Identifier: Apache-2.0
using Generators.Otlp;
using Microsoft.CodeAnalysis;

namespace Generators.Tests.Otlp;

/// <summary>What an edit of the schema runs again.</summary>
public sealed class OtlpCachingTests
{
    private const string Trace = "opentelemetry/proto/trace/v1/trace.proto";

    private readonly Generation _generation = new(
        new OtlpGenerator(),
        Repository.Texts(Repository.Folder("out/proto"), "*.proto"));

    [Fact]
    public void A_comment_regenerates_nothing()
    {
        _generation.Edit(Trace, text => "// A new first line.\n" + text);

        Assert.All(_generation.OutputReasons().Values, reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void A_new_field_regenerates_its_message_only()
    {
        _generation.Edit(Trace, text => text.Replace("bytes trace_id = 1;\n", "bytes trace_id = 1;\n  bool is_new = 99;\n"));

        var reasons = _generation.OutputReasons();
        Assert.Equal(
            ["Otlp.SpanFields.g.cs", "Otlp.SpanLinkFields.g.cs"],
            reasons.Where(file => file.Value == IncrementalStepRunReason.Modified).Select(file => file.Key).Order());
        Assert.True(reasons.Count > 15);
        Assert.Contains("WriteIsNew", _generation.Sources["Otlp.SpanFields.g.cs"]);
    }
}
