// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;
using Google.Protobuf;

namespace Generators.Tests.Otlp;

/// <summary>The wire format, nested lengths, and what happens at the end of the buffer.</summary>
public sealed class ProtobufWriterTests
{
    private delegate void Write(ref ProtobufWriter writer);

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(127UL)]
    [InlineData(128UL)]
    [InlineData(16383UL)]
    [InlineData(16384UL)]
    [InlineData(1UL << 35)]
    [InlineData((1UL << 63) - 1)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void A_varint_is_what_Google_writes(ulong value)
    {
        foreach (var tag in (uint[])[8, 127 << 3, 536_870_911U << 3])
        {
            var expected = new byte[CodedOutputStream.ComputeUInt32Size(tag) + CodedOutputStream.ComputeUInt64Size(value)];
            using var google = new CodedOutputStream(expected);
            google.WriteUInt32(tag);
            google.WriteUInt64(value);
            Assert.Equal(expected, Written(64, (ref writer) => writer.WriteVarint(tag, value)));
        }
    }

    [Fact]
    public void Fixed_numbers_are_little_endian()
    {
        Assert.Equal([0x0d, 4, 3, 2, 1], Written(64, (ref writer) => writer.WriteFixed32(0x0d, 0x01020304)));
        Assert.Equal([0x09, 8, 7, 6, 5, 4, 3, 2, 1], Written(64, (ref writer) => writer.WriteFixed64(0x09, 0x0102030405060708)));
    }

    [Fact]
    public void A_padded_length_has_four_bytes_and_reads_back()
    {
        foreach (var size in (int[])[0, 1, 127, 128, 16384, 300_000])
        {
            var content = new byte[size];
            var bytes = Written(size + 64, (ref writer) =>
            {
                var outer = writer.Begin(0x0a);
                writer.WriteBytes(0x12, content);
                writer.End(outer);
            });
            using var google = new CodedInputStream(bytes);
            Assert.Equal(0x0au, google.ReadTag());
            var inner = google.ReadBytes();
            Assert.Equal(bytes.Length - 5, inner.Length);
            Assert.True(google.IsAtEnd);
        }
    }

    [Fact]
    public void A_short_length_is_as_short_as_Google_makes_it()
    {
        foreach (var size in (int[])[0, 1, 125, 126, 127, 128, 16380, 16381, 16384, 300_000])
        {
            var content = new byte[size];
            Random.Shared.NextBytes(content);
            var bytes = Written(size + 64, (ref writer) =>
            {
                var outer = writer.BeginShort(0x0a);
                var inner = writer.BeginShort(0x12);
                writer.WriteBytes(0x1a, content);
                writer.End(inner);
                writer.End(outer);
            });
            Assert.Equal(Field(0x0a, Field(0x12, Field(0x1a, content))), bytes);
        }
    }

    [Fact]
    public void Nothing_is_written_past_the_end_at_any_length()
    {
        Write message = (ref writer) =>
        {
            var outer = writer.Begin(0x0a);
            var inner = writer.BeginShort(0x12);
            writer.WriteBytes(0x1a, new byte[200]);
            writer.WriteVarint(0x20, 300);
            writer.End(inner);
            writer.WriteFixed64(0x29, 1);
            writer.WriteFixed32(0x35, 1);
            writer.TryWriteString(0x3a, "text"u8);
            writer.Take(7).Fill(0x40);
            writer.End(outer);
        };
        var whole = Written(1000, message);
        for (var length = 0; length <= whole.Length; length++)
        {
            var memory = new byte[length + 16];
            memory.AsSpan(length).Fill(0xee);
            var writer = new ProtobufWriter(memory.AsSpan(0, length));
            message(ref writer);
            Assert.Equal(length < whole.Length, writer.Overflowed);
            Assert.InRange(writer.Position, 0, length);
            Assert.All(memory[length..], untouched => Assert.Equal(0xee, untouched));
        }
    }

    [Fact]
    public void After_an_overflow_even_a_small_write_does_nothing()
    {
        var writer = new ProtobufWriter(new byte[16]);
        writer.WriteVarint(8, 1);
        writer.WriteBytes(0x12, new byte[100]);
        writer.WriteVarint(8, 2);
        Assert.Equal((2, true), (writer.Position, writer.Overflowed));
        Assert.Equal([8, 1], writer.Written.ToArray());
    }

    [Fact]
    public void Taken_bytes_are_all_there_or_none_is()
    {
        var writer = new ProtobufWriter(new byte[10]);
        writer.Take(10).Fill(8);
        Assert.Equal((10, false), (writer.Position, writer.Overflowed));
        Assert.True(writer.Take(1).IsEmpty);
        Assert.Equal((10, true), (writer.Position, writer.Overflowed));
    }

    [Fact]
    public void Rewinding_takes_an_overflow_back()
    {
        var writer = new ProtobufWriter(new byte[16]);
        writer.WriteVarint(8, 1);
        var mark = writer.Position;
        writer.WriteBytes(0x12, new byte[10]);
        writer.WriteBytes(0x12, new byte[10]);
        writer.Rewind(mark);
        writer.WriteVarint(8, 2);
        Assert.False(writer.Overflowed);
        Assert.Equal([8, 1, 8, 2], writer.Written.ToArray());
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc0, 0x80 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { (byte)'a', 0xe2, 0x82 })]
    public void A_string_that_is_not_UTF8_is_refused_whole(byte[] value)
    {
        var writer = new ProtobufWriter(new byte[16]);
        Assert.False(writer.TryWriteString(0x0a, value));
        Assert.Equal((0, false), (writer.Position, writer.Overflowed));
    }

    private static byte[] Field(byte tag, byte[] content)
    {
        using var memory = new MemoryStream();
        using var google = new CodedOutputStream(memory);
        google.WriteTag(tag);
        google.WriteBytes(ByteString.CopyFrom(content));
        google.Flush();
        return memory.ToArray();
    }

    private static byte[] Written(int size, Write write)
    {
        var writer = new ProtobufWriter(new byte[size]);
        write(ref writer);
        Assert.False(writer.Overflowed);
        return writer.Written.ToArray();
    }
}
