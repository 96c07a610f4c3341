// SPDX-License-Identifier: Apache-2.0
// Runs a generator over texts as a build would, and again after an edit.
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Generators.Tests;

/// <summary>One compilation with generated code in it; edits keep what the driver has cached.</summary>
internal sealed class Generation
{
    private const string SpanWriter = """
        namespace Agent.Tracing;

        internal ref struct SpanWriter
        {
            public void Attribute(scoped System.ReadOnlySpan<byte> key, long value) { }
            public void Attribute(scoped System.ReadOnlySpan<byte> key, scoped System.ReadOnlySpan<byte> value) { }
        }
        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.CSharp13, DocumentationMode.Diagnose);

    private static readonly ImmutableArray<MetadataReference> Platform =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly CSharpCompilation _compilation;
    private readonly Dictionary<string, AdditionalText> _files;
    private GeneratorDriver _driver;

    public Generation(IIncrementalGenerator generator, IReadOnlyDictionary<string, string> files)
    {
        var sources = Repository.Texts(Repository.Folder("src/Agent/Otlp"), "Protobuf*.cs").Values
            .Append(SpanWriter)
            .Append("global using System;")
            .Select(text => CSharpSyntaxTree.ParseText(text, Options));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
        _compilation = CSharpCompilation.Create("Generated", sources, Platform, options);
        _files = files.ToDictionary(file => file.Key, file => (AdditionalText)new Text(file.Key, file.Value));
        _driver = CSharpGeneratorDriver.Create(
            [generator.AsSourceGenerator()],
            _files.Values,
            Options,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        Run();
    }

    public GeneratorRunResult Result { get; private set; }

    public ImmutableArray<Diagnostic> Problems => Result.Diagnostics;

    /// <summary>Generated files by name.</summary>
    public Dictionary<string, string> Sources =>
        Result.GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText.ToString());

    /// <summary>What the compiler says about the generated files, warnings included.</summary>
    public IEnumerable<Diagnostic> CompilerMessages()
    {
        _driver.RunGeneratorsAndUpdateCompilation(_compilation, out var output, out _);
        return output.GetDiagnostics().Where(message => message.Severity > DiagnosticSeverity.Hidden);
    }

    /// <summary>Changes one file and runs again.</summary>
    public void Edit(string file, Func<string, string> change)
    {
        var before = _files[file];
        var text = before.GetText()!.ToString();
        var changed = change(text);
        Assert.NotEqual(text, changed);
        _files[file] = new Text(file, changed);
        _driver = _driver.ReplaceAdditionalText(before, _files[file]);
        Run();
    }

    /// <summary>Why each output of the steps of this name is what it is.</summary>
    public IEnumerable<IncrementalStepRunReason> Reasons(string step) =>
        Result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason);

    /// <summary>Why each generated file is what it is.</summary>
    public Dictionary<string, IncrementalStepRunReason> OutputReasons() => Result.TrackedOutputSteps.Values
        .SelectMany(runs => runs)
        .SelectMany(run => run.Outputs)
        .SelectMany(output => Files(output.Value).Select(file => (file, output.Reason)))
        .ToDictionary(pair => pair.file, pair => pair.Reason);

    private static IEnumerable<string> Files(object output) =>
        ((System.Runtime.CompilerServices.ITuple)output)[0] is System.Collections.IEnumerable files
            ? files.Cast<object>().Select(file => (string)file.GetType().GetProperty("HintName")!.GetValue(file)!)
            : [];

    private void Run()
    {
        _driver = _driver.RunGenerators(_compilation);
        Result = _driver.GetRunResult().Results.Single();
        Assert.Null(Result.Exception);
    }

    private sealed class Text(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }
}
