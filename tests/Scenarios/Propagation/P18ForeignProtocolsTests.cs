// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P18: what is not HTTP/1 passes untouched, also where HTTP/1 was spoken before.</summary>
public sealed class P18ForeignProtocolsTests : Scenario
{
    private static readonly byte[] RequestText = Encoding.ASCII.GetBytes("GET /inside HTTP/1.1\r\nHost: x\r\n\r\n");

    [Fact]
    public void Binary_bytes_with_requests_among_them()
    {
        var talk = new Conversation();
        for (var i = 0; i < 20; i++)
        {
            talk.Echo([0x01, .. Request.Body(300, i), .. RequestText]).Echo(RequestText).Echo([.. RequestText, 0xff]);
        }

        NothingAdded(talk, 0);
    }

    [Fact]
    public void Frames_with_a_request_in_a_send_of_its_own()
    {
        var talk = new Conversation();
        for (uint stream = 1; stream < 40; stream += 2)
        {
            // yamux: version, type, flags, stream id, length; then the payload.
            talk.Echo([0, 0, 0, 1, 0, 0, 0, (byte)stream, 0, 0, 0, (byte)RequestText.Length]).Echo(RequestText);
        }

        NothingAdded(talk, 0);
    }

    [Fact]
    public void Tls_records_on_a_connection_that_spoke_http_before()
    {
        byte[] hello = [0x16, 3, 1, 1, 0x40, .. Request.Body(320)];
        byte[] data = [0x17, 3, 3, 0, (byte)RequestText.Length, .. RequestText];
        var talk = new Conversation().Send(Request.Get("/before?id=1")).Send(Request.Post("/before?id=2", Request.Body(10)));
        talk.Echo(hello).Echo(data).Echo(RequestText);

        NothingAdded(talk, 2);
    }

    [Fact]
    public void Tls_on_a_port_that_spoke_http_before()
    {
        byte[] hello = [0x16, 3, 1, 1, 0x40, .. Request.Body(320)];
        var talk = new Conversation().Send(Request.Get("/before?id=1")).Reconnect();
        talk.Echo(hello).Echo(RequestText).Reconnect().Send(Request.Get("/after?id=2"));

        NothingAdded(talk, 2);
    }

    [Fact]
    public void Http2_with_prior_knowledge()
    {
        byte[] preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];
        byte[] headers = [0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 0x01, (byte)'a'];
        var talk = new Conversation().Echo(preface).Echo(headers).Echo(RequestText);

        NothingAdded(talk, 0);
    }

    private void NothingAdded(Conversation talk, int requests)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);

        var added = Play(talk, recorder);
        agent.Finish();

        Assert.Equal(requests, added.Count(context => context is not null));
        Assert.Equal(requests, agent.Counter("injected"));
        Assert.Equal((requests, requests), (agent.Spans.Count(span => span.IsClient), agent.Spans.Count(span => span.IsServer)));
    }
}
