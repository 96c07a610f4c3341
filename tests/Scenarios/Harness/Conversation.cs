// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Scenarios.Harness;

/// <summary>What the player says on one connection after the other, and in which system calls (see Services/c/player.c).</summary>
internal sealed class Conversation
{
    private readonly StringBuilder _plan = new();
    private readonly ArrayBufferWriter<byte> _data = new();
    private readonly List<Range> _heads = [];
    private readonly List<int> _connections = [0];

    public string Plan => _plan.ToString();

    public byte[] Data => _data.WrittenSpan.ToArray();

    /// <summary>Where in the data the heads of requests are: nowhere else may a byte be added.</summary>
    public IReadOnlyList<Range> Heads => _heads;

    /// <summary>Where in the data each connection begins.</summary>
    public IReadOnlyList<int> Connections => _connections;

    public int Requests => _heads.Count;

    /// <summary>Sends a request in the given way and waits for its answer.</summary>
    public Conversation Send(Request request, string how = "send") =>
        Put(request).Step($"{how} {request.Size}").Step("receive 1");

    /// <summary>Adds a request to the data; steps that send it follow.</summary>
    public Conversation Put(Request request)
    {
        var start = _data.WrittenCount;
        _heads.Add(start..(start + request.HeadSize));
        _data.Write(request.Bytes);
        return this;
    }

    /// <summary>Sends bytes that are no request, and reads as many back.</summary>
    public Conversation Echo(byte[] bytes)
    {
        _data.Write(bytes);
        return Step($"send {bytes.Length}").Step($"read {bytes.Length}");
    }

    public Conversation Reconnect()
    {
        _connections.Add(_data.WrittenCount);
        return Step("connect");
    }

    public Conversation Step(string step)
    {
        _plan.Append(CultureInfo.InvariantCulture, $"{step}\n");
        return this;
    }
}
