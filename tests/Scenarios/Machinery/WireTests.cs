// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Scenarios.Harness;
using Xunit.Sdk;

namespace Scenarios.Machinery;

/// <summary>The judge itself: what it lets pass and what it does not.</summary>
public sealed class WireTests
{
    private const string Head = "POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 4\r\n\r\n";
    private const string Added = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";

    [Fact]
    public void One_line_after_the_request_line_or_before_the_end_is_read()
    {
        Assert.Equal("b7ad6b7169203331", Assert.Single(Compare(Head.Insert(18, Added) + "body"))!.SpanId);
        Assert.Equal("01", Assert.Single(Compare(Head.Insert(Head.Length - 2, Added) + "body"))!.Flags);
    }

    [Fact]
    public void Nothing_added_is_seen_as_nothing() => Assert.Null(Assert.Single(Compare(Head + "body")));

    [Theory]
    [InlineData(Head + "bodY")]
    [InlineData(Head + "body ")]
    [InlineData(Head + "bod")]
    [InlineData(Added + Head + "body")]
    [InlineData(Head + Added + "body")]
    [InlineData(Head + "body" + Added)]
    public void A_wrong_or_misplaced_byte_fails(string received) => Assert.ThrowsAny<XunitException>(() => Compare(received));

    [Fact]
    public void Two_lines_or_a_malformed_one_fail()
    {
        Assert.ThrowsAny<XunitException>(() => Compare(Head.Insert(18, Added + Added) + "body"));
        Assert.ThrowsAny<XunitException>(() => Compare(Head.Insert(18, Added.ToUpperInvariant()) + "body"));
        Assert.ThrowsAny<XunitException>(() => Compare(Head.Insert(18, Added.Replace("b7ad6b7169203331", new string('0', 16))) + "body"));
    }

    [Fact]
    public void Heads_are_found_behind_bodies_of_both_kinds()
    {
        var requests = new[] { Request.Get("/a"), Request.Post("/b", "GET / HTTP/1.1\r\n\r\n"u8.ToArray()), Request.PostChunked("/c", "xyz"u8.ToArray()), Request.Get("/d") };
        byte[] stream = [.. requests.SelectMany(request => request.Bytes)];

        var heads = Wire.FindHeads(stream);

        Assert.Equal(requests.Select(request => request.HeadSize), heads.Select(head => head.GetOffsetAndLength(stream.Length).Length));
    }

    private static List<TraceParent?> Compare(string received) =>
        Wire.Compare(Encoding.ASCII.GetBytes(Head + "body"), [0..Head.Length], Encoding.ASCII.GetBytes(received));
}
