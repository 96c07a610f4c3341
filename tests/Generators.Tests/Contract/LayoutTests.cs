// SPDX-License-Identifier: Apache-2.0
// What the generator believes about the real contract, asked of clang and of the runtime.
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Agent.Contract;
using Generators.Contract;

namespace Generators.Tests.Contract;

/// <summary>Sizes, offsets and values: header = model = C#.</summary>
public sealed class LayoutTests
{
    private static readonly ContractModel Model = ContractBinder
        .Bind(Repository.Contract().Select(file => HeaderParser.Parse(file.Key, file.Value)))
        .Model;

    [Fact]
    public void Clang_agrees_with_every_size_offset_and_value()
    {
        var asserts = Asserts(Model);
        Assert.True(asserts.Count > 100);
        Assert.Equal("", Compile(asserts));
    }

    [Fact]
    public void Clang_would_notice_one_wrong_offset()
    {
        var header = Model.Structs.Single(model => model.Name == "event_header");
        var moved = header.Fields.Select(field => field.Name == "size" ? field with { Offset = field.Offset + 4 } : field);
        var wrong = Model with { Structs = new([header with { Fields = new(moved) }]) };
        Assert.Contains("static assertion failed", Compile(Asserts(wrong)));
    }

    [Fact]
    public void The_runtime_lays_structs_out_as_the_model_says()
    {
        Assert.Equal(Model.Structs.Select(model => model.Name), ContractLayout.Structs.Select(layout => layout.Name));
        foreach (var (model, layout) in Model.Structs.Zip(ContractLayout.Structs))
        {
            var type = typeof(ContractLayout).Assembly.GetType("Agent.Contract." + model.ClrName, throwOnError: true)!;
            Assert.Equal(model.Size, layout.Size);
            Assert.Equal(model.Size, SizeOf(type));
            Assert.Equal(model.Size, type.GetField(model.SizeConstant)!.GetRawConstantValue());
            foreach (var (field, row) in model.Fields.Zip(layout.Fields))
            {
                Assert.Equal((field.Name, field.Offset, field.Size, field.Tag), (row.Name, row.Offset, row.Size, row.Otlp));
                if (!field.IsFlexible)
                {
                    var clrField = type.GetField(field.ClrName)!;
                    Assert.Equal(field.Offset, clrField.GetCustomAttribute<FieldOffsetAttribute>()!.Value);
                    Assert.Equal(field.Size, SizeOf(clrField.FieldType));
                }
            }
        }
    }

    private static int SizeOf(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static List<string> Asserts(ContractModel model)
    {
        static string Assert(string condition) => $"_Static_assert({condition}, \"{condition}\");";
        List<string> lines = [.. model.Constants.Select(constant => Assert($"{constant.Name} == {constant.Value}"))];
        foreach (var @enum in model.Enums)
        {
            lines.Add(Assert($"sizeof(enum {@enum.Name}) == {@enum.Size}"));
            lines.AddRange(@enum.Members.Select(member => Assert($"{member.Name} == {member.Value}")));
        }

        foreach (var @struct in model.Structs)
        {
            lines.Add(Assert($"sizeof(struct {@struct.Name}) == {@struct.Size}"));
            lines.Add(Assert($"_Alignof(struct {@struct.Name}) == {@struct.Alignment}"));
            foreach (var field in @struct.Fields)
            {
                lines.Add(Assert($"__builtin_offsetof(struct {@struct.Name}, {field.Name}) == {field.Offset}"));
                if (!field.IsFlexible)
                {
                    lines.Add(Assert($"sizeof(((struct {@struct.Name} *)0)->{field.Name}) == {field.Size}"));
                }
            }
        }

        return lines;
    }

    /// <summary>Errors of clang for the bpf target, empty when there are none.</summary>
    private static string Compile(List<string> asserts)
    {
        var source = new StringBuilder();
        foreach (var (bits, type) in ((int, string)[])[(8, "char"), (16, "short"), (32, "int"), (64, "long long")])
        {
            source.AppendLine(FormattableString.Invariant($"typedef unsigned {type} __u{bits}; typedef signed {type} __s{bits};"));
        }

        foreach (var file in Repository.Contract().Keys)
        {
            source.AppendLine("#include \"" + file + "\"");
        }

        asserts.ForEach(line => source.AppendLine(line));
        var start = new ProcessStartInfo("clang-19")
        {
            ArgumentList = { "-target", "bpf", "-std=gnu17", "-Wall", "-Wextra", "-Wpadded", "-Werror", "-fsyntax-only", "-I", Repository.Folder("bpf/contract"), "-x", "c", "-" },
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var clang = Process.Start(start)!;
        clang.StandardInput.Write(source);
        clang.StandardInput.Close();
        var errors = clang.StandardError.ReadToEnd();
        clang.WaitForExit();
        return errors;
    }
}
