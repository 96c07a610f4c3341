// SPDX-License-Identifier: Apache-2.0
// One folder of Cases/ is one input: headers or .proto files, and beside them what is generated from
// them. UPDATE_GOLDEN=1 writes the latter; a normal run only compares.
using Generators.Contract;
using Generators.Otlp;
using Microsoft.CodeAnalysis;

namespace Generators.Tests;

/// <summary>Generated text, file by file, as it was last agreed to.</summary>
public sealed class GoldenTests
{
    private static readonly bool Update = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateDirectories(Repository.Cases).Select(folder => Path.GetFileName(folder)!).Order()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Generated_text_is_the_expected_one_and_compiles(string name)
    {
        var folder = Path.Combine(Repository.Cases, name);
        var headers = Repository.Texts(folder, "*.h");
        IIncrementalGenerator generator = headers.Count > 0 ? new ContractGenerator() : new OtlpGenerator();
        var generation = new Generation(generator, headers.Count > 0 ? headers : Repository.Texts(folder, "*.proto"));

        Assert.Empty(generation.Problems);
        Assert.Empty(generation.CompilerMessages());
        var actual = generation.Sources.ToDictionary(source => source.Key.Replace(".g.cs", ".expected.cs"), source => source.Value);
        if (Update)
        {
            Write(folder, actual);
        }

        var expected = Repository.Texts(folder, "*.expected.cs");
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        Assert.All(expected, file => Assert.Equal(file.Value, actual[file.Key]));
    }

    private static void Write(string folder, Dictionary<string, string> files)
    {
        foreach (var old in Directory.EnumerateFiles(folder, "*.expected.cs"))
        {
            File.Delete(old);
        }

        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(folder, file.Key), file.Value);
        }
    }
}
