// SPDX-License-Identifier: Apache-2.0
// A Roslyn object in a model keeps a whole compilation alive and never equals its successor.
using System.Reflection;
using Generators.Contract;
using Generators.Otlp;
using Microsoft.CodeAnalysis;

namespace Generators.Tests;

/// <summary>Looks at every type a pipeline step can hand on.</summary>
public sealed class ModelShapeTests
{
    [Fact]
    public void No_step_of_the_contract_hands_on_a_Roslyn_object() =>
        AssertPlain(new ContractGenerator(), Repository.Contract());

    [Fact]
    public void No_step_of_the_schema_hands_on_a_Roslyn_object() =>
        AssertPlain(new OtlpGenerator(), Repository.Texts(Repository.Folder("out/proto"), "*.proto"));

    private static void AssertPlain(IIncrementalGenerator generator, Dictionary<string, string> files)
    {
        var steps = new Generation(generator, files).Result.TrackedSteps;
        var names = generator.GetType().GetFields(BindingFlags.NonPublic | BindingFlags.Static)
            .Where(field => field.Name.EndsWith("Step", StringComparison.Ordinal))
            .Select(field => (string)field.GetValue(null)!)
            .ToArray();
        Assert.NotEmpty(names);
        var seen = new HashSet<Type>();
        foreach (var output in names.SelectMany(name => steps[name]).SelectMany(run => run.Outputs))
        {
            Visit(output.Value.GetType(), seen);
        }

        Assert.True(seen.Count > 10);
        Assert.All(seen, type => Assert.False(
            type.Namespace?.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal),
            $"{type} is part of a model"));
    }

    private static void Visit(Type type, HashSet<Type> seen)
    {
        if (type.IsPrimitive || type.Namespace == "System" && !type.IsGenericType || !seen.Add(type))
        {
            return;
        }

        var parts = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => field.FieldType)
            .Concat(type.GetGenericArguments())
            .Concat(type.HasElementType ? [type.GetElementType()!] : [])
            .Concat(type.Assembly.GetTypes().Where(derived => derived.BaseType == type));
        foreach (var part in parts)
        {
            Visit(part, seen);
        }
    }
}
