// SPDX-License-Identifier: Apache-2.0
// While a file is being typed it is broken most of the time. Whatever it holds, a generator answers with
// diagnostics; an exception would take every other diagnostic of the build with it.
using Generators.Common;
using Generators.Contract;
using Generators.Otlp;

namespace Generators.Tests;

/// <summary>Real files, cut short and damaged.</summary>
public sealed class BrokenInputTests
{
    private static readonly string[] Fragments = ["{", "}", ";", "[", "]", "(", "\"", "/*", "#", "enum ", "struct ", "0x", "-", "\0", "é", "="];
    private static readonly Dictionary<string, string> Headers = Repository.Contract();
    private static readonly HeaderSyntax[] Parsed = [.. Headers.Select(header => HeaderParser.Parse(header.Key, header.Value))];

    [Fact]
    public void A_header_cut_anywhere_gives_diagnostics()
    {
        foreach (var (name, text) in Headers)
        {
            for (var length = 0; length < text.Length; length += 3)
            {
                Bind(name, text[..length]);
            }
        }
    }

    [Fact]
    public void A_damaged_header_gives_diagnostics()
    {
        var names = Headers.Keys.Order().ToArray();
        var random = new Random(1);
        var broken = 0;
        for (var round = 0; round < 1000; round++)
        {
            var name = names[random.Next(names.Length)];
            broken += Bind(name, Damage(Headers[name], random)).Count > 0 ? 1 : 0;
        }

        Assert.InRange(broken, 300, 1000);
    }

    [Fact]
    public void A_damaged_schema_gives_diagnostics()
    {
        var files = Repository.Texts(Path.Combine(Repository.Cases, "proto-nesting"), "*.proto");
        var random = new Random(1);
        var broken = 0;
        for (var round = 0; round < 1000; round++)
        {
            var damaged = files.Select(file => ProtoParser.Parse(file.Key, Damage(file.Value, random)));
            broken += ProtoBinder.Bind(damaged).Problems.Count > 0 ? 1 : 0;
        }

        Assert.InRange(broken, 300, 1000);
    }

    private static EquatableArray<Problem> Bind(string name, string text) => ContractBinder
        .Bind(Parsed.Where(header => header.FileName != name).Append(HeaderParser.Parse(name, text)))
        .Problems;

    private static string Damage(string text, Random random)
    {
        var at = random.Next(text.Length);
        var removed = random.Next(Math.Min(8, text.Length - at));
        return text.Remove(at, removed).Insert(at, Fragments[random.Next(Fragments.Length)]);
    }
}
