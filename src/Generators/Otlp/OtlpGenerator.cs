// SPDX-License-Identifier: Apache-2.0
// .proto files, given as AdditionalFiles, to field writers. Only the pipeline is here; one output per
// message, so that an edit regenerates what it touches.
using Microsoft.CodeAnalysis;

namespace Generators.Otlp;

/// <summary>The schema of OTLP to namespace Agent.Otlp.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class OtlpGenerator : IIncrementalGenerator
{
    internal const string Namespace = "Agent.Otlp";

    internal const string TextStep = "ProtoText";
    internal const string SyntaxStep = "ProtoSyntax";
    internal const string BoundStep = "BoundProto";
    internal const string MessageStep = "ProtoMessage";
    internal const string EnumStep = "ProtoEnum";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".proto", StringComparison.Ordinal))
            .Select((file, stop) => (file.Path, Text: file.GetText(stop)?.ToString() ?? ""))
            .WithTrackingName(TextStep)
            .Select((file, _) => ProtoParser.Parse(file.Path, file.Text))
            .WithTrackingName(SyntaxStep);
        var bound = files.Collect().Select((all, _) => ProtoBinder.Bind(all)).WithTrackingName(BoundStep);
        var messages = bound.SelectMany((result, _) => result.Model.Messages).WithTrackingName(MessageStep);
        var enums = bound.SelectMany((result, _) => result.Model.Enums).WithTrackingName(EnumStep);

        context.RegisterSourceOutput(bound.SelectMany((result, _) => result.Problems), (output, problem) =>
            output.ReportDiagnostic(problem.ToDiagnostic()));
        context.RegisterSourceOutput(messages, (output, message) =>
            output.AddSource($"Otlp.{message.ClrName}Fields.g.cs", WriterEmitter.Message(message)));
        context.RegisterSourceOutput(enums, (output, @enum) =>
            output.AddSource($"Otlp.{@enum.ClrName}.g.cs", WriterEmitter.Enum(@enum)));
    }
}
