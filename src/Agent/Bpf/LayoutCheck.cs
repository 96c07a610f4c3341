// SPDX-License-Identifier: Apache-2.0
// The decoder was generated from the contract's headers, the object was compiled from them: BTF proves that it was the
// same text. Without this, an object from another build would be read as garbage, silently.
using Agent.Contract;

namespace Agent.Bpf;

/// <summary>Compares the contract of the agent with the types of an object; a difference is a refusal.</summary>
internal static class LayoutCheck
{
    /// <summary>Throws, naming the first difference. Types that the object does not use are not in it, and not checked.</summary>
    internal static void Require(string objectName, Btf btf) =>
        Require(objectName, btf, ContractLayout.Structs, ContractLayout.Enums);

    internal static void Require(
        string objectName, Btf btf, IReadOnlyList<StructLayout> structs, IReadOnlyList<EnumLayout> enums)
    {
        foreach (var expected in structs)
        {
            if (btf.TryFindStruct(expected.Name, out var actual))
            {
                Compare(objectName, expected, actual);
            }
        }
        foreach (var expected in enums)
        {
            if (btf.TryFindEnum(expected.Name, out var actual))
            {
                Compare(objectName, expected, actual);
            }
        }
    }

    private static void Compare(string objectName, StructLayout expected, BtfStruct actual)
    {
        var name = $"struct {expected.Name}";
        Same(objectName, name, "size", expected.Size, actual.Size);
        Same(objectName, name, "number of members", expected.Fields.Count, actual.Members.Count);
        for (var i = 0; i < expected.Fields.Count; i++)
        {
            var field = expected.Fields[i];
            var member = actual.Members[i];
            var what = $"{name}.{field.Name}";
            Same(objectName, what, "name", field.Name, member.Name);
            Same(objectName, what, "offset", field.Offset, member.Offset);
            Same(objectName, what, "size", field.Size, member.Size);
            Same(objectName, what, "tag", TagText(field.Otlp), actual.TagOf(i) ?? "none");
        }
    }

    private static void Compare(string objectName, EnumLayout expected, BtfEnum actual)
    {
        var name = $"enum {expected.Name}";
        Same(objectName, name, "size", expected.Size, actual.Size);
        Same(objectName, name, "number of members", expected.Members.Count, actual.Members.Count);
        foreach (var member in expected.Members)
        {
            var found = actual.Members.TryGetValue(member.Name, out var value);
            Same(objectName, name, member.Name, $"{member.Value}", found ? $"{value}" : "missing");
        }
    }

    private static string TagText(string? otlp) => otlp is null ? "none" : "otlp:" + otlp;

    private static void Same<T>(string objectName, string what, string property, T expected, T actual)
        where T : IEquatable<T>
    {
        if (!expected.Equals(actual))
        {
            throw new InvalidOperationException(
                $"{objectName}.bpf.o does not fit this binary: {what}: {property} is {actual} in the object and " +
                $"{expected} in the agent; build both from the same sources with ./build.sh");
        }
    }
}
