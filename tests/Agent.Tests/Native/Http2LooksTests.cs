// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Agent.Tests.Native;

/// <summary>A connection that is older than Hilo is taken for HTTP/2 by its frames, and no other protocol is.</summary>
[Collection(nameof(Parsers))]
public sealed class Http2LooksTests(ParserProgram parsers)
{
    private const int Segment = 1448;

    /// <summary>The beginnings of messages; each is tried with every length that its header can say, and every length it can have.</summary>
    public static TheoryData<string> Protocols =>
    [
        "kafka", "kafka response", "mongodb", "mysql", "postgresql startup", "postgresql", "tls", "amqp", "cassandra", "thrift", "zookeeper", "dns",
        "memcached", "mqtt", "oracle", "ldap", "smb", "websocket", "zeros", "counting",
    ];

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Other_protocols_are_never_taken_for_it(string protocol)
    {
        var random = new Random(protocol.Length);
        var segments = Enumerable.Range(0, 6_000).Select(i => Message(protocol, i < 4_000 ? i : random.Next(1 << 24), random)).ToArray();

        var taken = parsers.Looks(segments).Index().Where(look => look.Item).Select(look => Convert.ToHexString(segments[look.Index].AsSpan(0, Math.Min(40, segments[look.Index].Length))));

        Assert.Empty(taken);
    }

    [Fact]
    public void No_segment_of_HTTP_1_is_taken_for_it()
    {
        var folder = Path.Combine(Repository.Root, "tests", "Payloads", "http1");
        var segments = Directory.EnumerateFiles(folder, "*.bin", SearchOption.AllDirectories)
            .SelectMany(file => File.ReadAllBytes(file).Chunk(Segment).SelectMany(bytes => Enumerable.Range(0, Math.Min(bytes.Length, 40)).Select(at => bytes[at..])))
            .ToArray();

        Assert.InRange(segments.Length, 1_000, int.MaxValue);
        Assert.DoesNotContain(true, parsers.Looks(segments));
    }

    [Fact]
    public void Random_bytes_are_not_taken_for_it()
    {
        var random = new Random(1);
        var segments = Enumerable.Range(0, 50_000).Select(_ => Bytes(random, 9 + random.Next(60))).ToArray();
        foreach (var segment in segments)
        {
            segment.AsSpan(0, 2).Clear(); // else hardly any would come near
            segment[3] %= 10;
        }

        Assert.InRange(parsers.Looks(segments).Count(look => look), 0, 2);
    }

    [Theory]
    [InlineData("a request without a body", "000003 01 05 00000001 828684")]
    [InlineData("a call", "000003 01 04 00000003 8386c0 000007 00 01 00000003 00000000020102")]
    [InlineData("a call with priority", "000008 01 24 0000000f 00000000ff 8386c0 000005 00 01 0000000f 0000000000")]
    [InlineData("an answer", "000002 01 04 00000001 88c0 000005 00 00 00000001 0000000000 000002 01 05 00000001 bfbe")]
    [InlineData("an acknowledgement", "000000 04 01 00000000")]
    [InlineData("a ping", "000008 06 00 00000000 0204101009070707")]
    [InlineData("a wider window", "000004 08 00 00000000 00010000")]
    [InlineData("two data frames", "000001 00 00 00000001 61 000001 00 01 00000001 62")]
    [InlineData("a reset and a window", "000004 03 00 00000005 00000008 000004 08 00 00000000 00000005")]
    [InlineData("more data than fits", "000003 01 04 00000003 8386c0 000004 08 00 00000000 00000005 003000 00 01 00000003 61626364")]
    public void Frames_are_recognised(string what, string bytes) =>
        Assert.True(Assert.Single(parsers.Looks([Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))])), what);

    [Theory]
    [InlineData("one data frame", "000001 00 00 00000001 61")]
    [InlineData("a stream of a server", "000003 01 05 00000002 828684")]
    [InlineData("a flag that does not exist", "000003 01 45 00000001 828684")]
    [InlineData("a byte too many", "000003 01 05 00000001 828684 00")]
    [InlineData("a byte too few", "000003 01 05 00000001 8286")]
    [InlineData("a frame too large", "004001 01 05 00000001 828684")]
    [InlineData("an unknown type", "000000 04 01 00000000 000000 0a 00 00000000")]
    public void What_proves_too_little_is_not(string what, string bytes) =>
        Assert.False(Assert.Single(parsers.Looks([Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))])), what);

    private static byte[] Message(string protocol, int length, Random random) => protocol switch
    {
        "kafka" => [.. BigEndian(length), 0, (byte)random.Next(70), 0, (byte)random.Next(13), .. BigEndian(random.Next(1000)), .. Body(random, length - 8)],
        "kafka response" => [.. BigEndian(length), .. BigEndian(random.Next(1000)), .. Body(random, length - 4)],
        "mongodb" => [.. LittleEndian(length), .. LittleEndian(random.Next(5000)), .. LittleEndian(random.Next(5000)), 0xdd, 7, 0, 0, .. Body(random, length - 16)],
        "mysql" => [.. LittleEndian(length).AsSpan(0, 3), (byte)random.Next(10), (byte)random.Next(0x20), .. Body(random, length - 1)],
        "postgresql startup" => [.. BigEndian(length), 0, 3, 0, 0, .. "user"u8, 0, .. Body(random, length - 13)],
        "postgresql" => [(byte)"QPBESDCXpRKZT1"[random.Next(14)], .. BigEndian(length), .. Body(random, length - 4)],
        "tls" => [(byte)random.Next(20, 24), 3, (byte)random.Next(4), (byte)(length >> 8), (byte)length, .. Body(random, length & 0xffff)],
        "amqp" => [(byte)random.Next(1, 9), 0, (byte)random.Next(3), .. BigEndian(length), .. Body(random, length)],
        "cassandra" => [(byte)(random.Next(2) * 128 + random.Next(3, 6)), 0, 0, (byte)random.Next(10), (byte)random.Next(17), .. BigEndian(length), .. Body(random, length)],
        "thrift" => [.. BigEndian(length), 0x80, 1, 0, (byte)random.Next(1, 5), .. Body(random, length - 4)],
        "zookeeper" => [.. BigEndian(length), .. BigEndian(random.Next(-4, 1000)), .. BigEndian(random.Next(14)), .. Body(random, length - 8)],
        "dns" => [(byte)(length >> 8), (byte)length, (byte)random.Next(256), (byte)random.Next(256), (byte)(random.Next(2) * 0x80 + 1), 0, 0, 1, 0, 0, .. Body(random, (length & 0xffff) - 8)],
        "memcached" => [0x80, (byte)random.Next(40), 0, (byte)random.Next(40), .. Body(random, length & 0xfff)],
        "mqtt" => [(byte)(random.Next(1, 15) << 4), (byte)length, .. Body(random, length & 0xff)],
        "oracle" => [(byte)(length >> 8), (byte)length, 0, 0, (byte)random.Next(1, 15), 0, 0, 0, .. Body(random, (length & 0xffff) - 8)],
        "ldap" => [0x30, (byte)(length & 0x7f), 2, 1, (byte)random.Next(100), .. Body(random, (length & 0x7f) - 3)],
        "smb" => [0, .. BigEndian(length).AsSpan(1), 0xfe, .. "SMB"u8, .. Body(random, length - 4)],
        "websocket" => [(byte)(0x81 + random.Next(2)), (byte)(length & 0x7f), .. Body(random, length & 0x7f)],
        "zeros" => new byte[length % 3000],
        _ => [.. Enumerable.Range(0, length % 3000).Select(i => (byte)i)],
    };

    /// <summary>What follows is often small numbers and text; a segment ends where it is full.</summary>
    private static byte[] Body(Random random, int size)
    {
        var bytes = Bytes(random, Math.Clamp(size, 0, Segment));
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = random.Next(3) switch { 0 => (byte)(bytes[i] & 3), 1 => 0, _ => bytes[i] };
        }

        return bytes;
    }

    private static byte[] Bytes(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] LittleEndian(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
