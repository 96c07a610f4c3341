// SPDX-License-Identifier: Apache-2.0
// Headers of bpf/contract, given as AdditionalFiles, to the C# side of the contract. Only the pipeline
// is here. Everything behind the first step is a plain value: a step whose input is equal to that of
// the previous run does not run again.
using Microsoft.CodeAnalysis;

namespace Generators.Contract;

/// <summary>bpf/contract/*.h to namespace Agent.Contract.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ContractGenerator : IIncrementalGenerator
{
    internal const string Namespace = "Agent.Contract";
    internal const string Origin = "bpf/contract/*.h";

    internal const string TextStep = "HeaderText";
    internal const string SyntaxStep = "HeaderSyntax";
    internal const string BoundStep = "BoundContract";
    internal const string ModelStep = "ContractModel";
    internal const string ShapeStep = "ContractShape";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var headers = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".h", StringComparison.Ordinal))
            .Select((file, stop) => (file.Path, Text: file.GetText(stop)?.ToString() ?? ""))
            .WithTrackingName(TextStep)
            .Select((file, _) => HeaderParser.Parse(file.Path, file.Text))
            .WithTrackingName(SyntaxStep);
        var bound = headers.Collect().Select((files, _) => ContractBinder.Bind(files)).WithTrackingName(BoundStep);
        var model = bound.Select((result, _) => result.Model).WithTrackingName(ModelStep);
        var shape = model.Select((contract, _) => contract.WithoutDocs()).WithTrackingName(ShapeStep);

        context.RegisterSourceOutput(bound.SelectMany((result, _) => result.Problems), (output, problem) =>
            output.ReportDiagnostic(problem.ToDiagnostic()));
        Emit(context, model, "Enums", contract => contract.Enums.Count + contract.Constants.Count > 0, EnumEmitter.Emit);
        Emit(context, model, "Structs", contract => contract.Structs.Count > 0, StructEmitter.Emit);
        Emit(context, shape, "Decoder", contract => contract.Events.Count > 0, DecoderEmitter.Emit);
        Emit(context, shape, "Attributes", contract => AttributeEmitter.Tagged(contract).Any(), AttributeEmitter.Emit);
        Emit(context, shape, "Layout", contract => contract.Structs.Count > 0, LayoutEmitter.Emit);
    }

    private static void Emit(
        IncrementalGeneratorInitializationContext context,
        IncrementalValueProvider<ContractModel> models,
        string name,
        Func<ContractModel, bool> hasContent,
        Func<ContractModel, string> emit) =>
        context.RegisterSourceOutput(models, (output, model) =>
        {
            if (hasContent(model))
            {
                output.AddSource($"Contract.{name}.g.cs", emit(model));
            }
        });
}
