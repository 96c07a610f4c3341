// SPDX-License-Identifier: Apache-2.0
// Every generated field writer, found by reflection so that none is left out, against Google.Protobuf:
// what it writes is parsed into the field of that name, and Google would have written the same bytes.
// A message of our own, with every scalar of proto3, stands beside OTLP's, which use only some.
using System.Reflection;
using System.Text;
using Agent.Otlp;
using Generators.Common;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using OpenTelemetry.Proto.Collector.Trace.V1;
using Sample.V1;

namespace Generators.Tests.Otlp;

/// <summary>Agent.Otlp.*Fields compared with OpenTelemetry.Proto.*.</summary>
public sealed class FieldWriterTests
{
    private delegate void Writer<T>(ref ProtobufWriter writer, T value);

    private delegate void BytesWriter(ref ProtobufWriter writer, scoped ReadOnlySpan<byte> value);

    private delegate bool TextWriter(ref ProtobufWriter writer, scoped ReadOnlySpan<byte> value);

    private delegate ProtobufToken Opener(ref ProtobufWriter writer);

    private static readonly Dictionary<string, MessageDescriptor> Messages =
        TraceServiceReflection.Descriptor.Dependencies
            .SelectMany(file => file.Dependencies.Append(file))
            .Append(TraceServiceReflection.Descriptor)
            .Append(ScalarsReflection.Descriptor)
            .Distinct()
            .SelectMany(file => file.MessageTypes)
            .SelectMany(message => message.NestedTypes.Append(message))
            .ToDictionary(message => ClrName(message) + "Fields");

    private static readonly Type[] Classes =
        [.. typeof(ProtobufWriter).Assembly.GetTypes().Where(type => type.Namespace == "Agent.Otlp" && type.IsAbstract && type.IsSealed)];

    public static TheoryData<string, string> Writers =>
        [.. Classes.SelectMany(type => Methods(type).Select(method => (type.Name, method.Name)))];

    [Theory]
    [MemberData(nameof(Writers))]
    public void Google_reads_what_the_writer_wrote(string className, string methodName)
    {
        var type = Classes.Single(candidate => candidate.Name == className);
        var method = type.GetMethod(methodName)!;
        var message = Messages[className];
        var field = message.Fields.InDeclarationOrder().Single(candidate => methodName.EndsWith(Names.Pascal(candidate.Name), StringComparison.Ordinal)
            && Prefixes.Contains(methodName[..^Names.Pascal(candidate.Name).Length]));

        foreach (var (bytes, expected, isCanonical) in Samples(method, field))
        {
            var parsed = message.Parser.ParseFrom(bytes);
            var actual = field.Accessor.GetValue(parsed);
            Assert.Equal(expected, field.IsRepeated ? ((System.Collections.IList)actual)[0] : actual);
            if (isCanonical && !field.IsPacked)
            {
                Assert.Equal(parsed.ToByteArray(), bytes);
            }
        }
    }

    [Fact]
    public void Every_field_of_every_message_has_its_writers()
    {
        Assert.Equal(Messages.Keys.Order(), Classes.Select(type => type.Name).Order());
        foreach (var type in Classes)
        {
            var methods = Methods(type).Select(method => method.Name).ToHashSet();
            foreach (var field in Messages[type.Name].Fields.InDeclarationOrder())
            {
                var name = Names.Pascal(field.Name);
                Assert.Equal(field.FieldNumber, type.GetField(name)!.GetRawConstantValue());
                Assert.True(methods.Remove("Write" + name), $"{type.Name} cannot write {name}");
                Assert.Equal(field.FieldType == FieldType.String, methods.Remove("TryWrite" + name));
                Assert.Equal(field.FieldType == FieldType.Message, methods.Remove("Begin" + name) && methods.Remove("BeginShort" + name));
            }

            Assert.Empty(methods);
        }
    }

    [Fact]
    public void Every_enum_has_the_values_Google_knows()
    {
        var enums = Messages.Values.SelectMany(message => message.EnumTypes)
            .Concat(Messages.Values.SelectMany(message => message.File.EnumTypes))
            .Distinct()
            .ToArray();
        Assert.Equal(3, enums.Length);
        Assert.All(enums, known =>
        {
            var type = typeof(ProtobufWriter).Assembly.GetType("Agent.Otlp." + known.Name, throwOnError: true)!;
            Assert.Equal(known.Values.Select(value => value.Number).Order(), Enum.GetValues(type).Cast<int>().Order());
        });
    }

    private static readonly string[] Prefixes = ["Write", "TryWrite", "Begin", "BeginShort"];

    /// <summary>Bytes the writer made, the value they stand for, and whether the length is not padded.</summary>
    private static IEnumerable<(byte[] Bytes, object Expected, bool IsCanonical)> Samples(MethodInfo method, FieldDescriptor field)
    {
        var parameters = method.GetParameters();
        Assert.Equal(typeof(ProtobufWriter).MakeByRefType(), parameters[0].ParameterType);
        if (method.ReturnType == typeof(ProtobufToken))
        {
            return Nested(method.CreateDelegate<Opener>(), field, method.Name.StartsWith("BeginShort", StringComparison.Ordinal));
        }

        var isAlwaysWritten = field.IsRepeated || field.HasPresence;
        return parameters[1].ParameterType switch
        {
            var type when type == typeof(ReadOnlySpan<byte>) => Bytes(method, field, isAlwaysWritten),
            var type when type == typeof(bool) => Values(method, isAlwaysWritten, true, false),
            var type when type == typeof(int) => Values(method, isAlwaysWritten, 1, -1, int.MinValue, int.MaxValue, 0),
            var type when type == typeof(uint) => Values(method, isAlwaysWritten, 1u, 128u, uint.MaxValue, 0u),
            var type when type == typeof(long) => Values(method, isAlwaysWritten, 1L, -1L, long.MinValue, long.MaxValue, 0L),
            var type when type == typeof(ulong) => Values(method, isAlwaysWritten, 1UL, ulong.MaxValue, 0UL),
            var type when type == typeof(float) => Values(method, isAlwaysWritten, 1.5f, float.PositiveInfinity, float.NaN, -0.0f, 0.0f),
            var type when type == typeof(double) => Values(method, isAlwaysWritten, 1.5, double.NegativeInfinity, double.NaN, -0.0, 0.0),
            var type when type == typeof(SpanKind) => Enums<SpanKind>(method, field),
            var type when type == typeof(StatusCode) => Enums<StatusCode>(method, field),
            var type => throw new NotSupportedException($"no sample of {type}: {method}"),
        };
    }

    private static IEnumerable<(byte[], object, bool)> Values<T>(MethodInfo method, bool isAlwaysWritten, params T[] values)
        where T : notnull
    {
        var write = method.CreateDelegate<Writer<T>>();
        foreach (var value in values)
        {
            var writer = new ProtobufWriter(new byte[32]);
            write(ref writer, value);
            Assert.Equal(isAlwaysWritten || !IsDefault(value), writer.Position > 0);
            yield return (writer.Written.ToArray(), value, true);
        }
    }

    /// <summary>All bits zero: minus zero is a value.</summary>
    private static bool IsDefault<T>(T value) => value switch
    {
        double number => BitConverter.DoubleToInt64Bits(number) == 0,
        float number => BitConverter.SingleToInt32Bits(number) == 0,
        _ => EqualityComparer<T>.Default.Equals(value, default),
    };

    private static IEnumerable<(byte[], object, bool)> Enums<T>(MethodInfo method, FieldDescriptor field)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            var expected = Enum.ToObject(field.EnumType.ClrType, value);
            foreach (var (bytes, _, isCanonical) in Values(method, false, value, default(T)))
            {
                yield return (bytes, bytes.Length == 0 ? Enum.ToObject(field.EnumType.ClrType, 0) : expected, isCanonical);
            }
        }
    }

    private static IEnumerable<(byte[], object, bool)> Bytes(MethodInfo method, FieldDescriptor field, bool isAlwaysWritten)
    {
        if (field.FieldType == FieldType.Message)
        {
            foreach (var message in NestedSamples(field))
            {
                yield return (Written(method, message.ToByteArray()), message, true);
            }

            yield break;
        }

        foreach (var text in (string[])["a", "żółć €", new string('x', 300), ""])
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            var bytes = Written(method, utf8);
            Assert.Equal(isAlwaysWritten || text != "", bytes.Length > 0);
            yield return (bytes, field.FieldType == FieldType.String ? text : ByteString.CopyFrom(utf8), true);
        }
    }

    private static byte[] Written(MethodInfo method, byte[] value)
    {
        var writer = new ProtobufWriter(new byte[1024]);
        if (method.ReturnType == typeof(bool))
        {
            Assert.False(method.CreateDelegate<TextWriter>()(ref writer, [0xff]));
            Assert.Equal(0, writer.Position);
            Assert.True(method.CreateDelegate<TextWriter>()(ref writer, value));
        }
        else
        {
            method.CreateDelegate<BytesWriter>()(ref writer, value);
        }

        Assert.False(writer.Overflowed);
        return writer.Written.ToArray();
    }

    private static IEnumerable<(byte[], object, bool)> Nested(Opener open, FieldDescriptor field, bool isShort)
    {
        foreach (var message in NestedSamples(field))
        {
            var writer = new ProtobufWriter(new byte[1024]);
            var token = open(ref writer);
            Copy(ref writer, message);
            writer.End(token);
            Assert.False(writer.Overflowed);
            yield return (writer.Written.ToArray(), message, isShort);
        }
    }

    /// <summary>The one set field of a sample, tag and all.</summary>
    private static void Copy(ref ProtobufWriter writer, IMessage message)
    {
        using var google = new CodedInputStream(message.ToByteArray());
        while (google.ReadTag() is var tag && tag != 0)
        {
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    writer.WriteVarint(tag, google.ReadUInt64());
                    break;
                case WireFormat.WireType.Fixed64:
                    writer.WriteFixed64(tag, google.ReadFixed64());
                    break;
                case WireFormat.WireType.Fixed32:
                    writer.WriteFixed32(tag, google.ReadFixed32());
                    break;
                default:
                    writer.WriteBytes(tag, google.ReadBytes().Span);
                    break;
            }
        }
    }

    /// <summary>An empty message, and one whose first text or number is set, short and long.</summary>
    private static IEnumerable<IMessage> NestedSamples(FieldDescriptor field)
    {
        yield return field.MessageType.Parser.ParseFrom([]);
        var text = field.MessageType.Fields.InDeclarationOrder().FirstOrDefault(inner => inner.FieldType is FieldType.String && !inner.IsRepeated);
        foreach (var length in text is null ? [] : (int[])[1, 126, 300])
        {
            var message = field.MessageType.Parser.ParseFrom([]);
            text!.Accessor.SetValue(message, new string('x', length));
            yield return message;
        }
    }

    private static MethodInfo[] Methods(Type type) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);

    private static string ClrName(MessageDescriptor message) =>
        message.ContainingType is null ? message.Name : message.ContainingType.Name + message.Name;
}
