// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;
using Agent.Contract;

namespace Agent.Protocols;

/// <summary>One event and the heads captured with it; borrows the memory of the ring.</summary>
internal readonly ref struct Exchange
{
    private readonly ref readonly ExchangeEvent _event;

    public Exchange(
        [UnscopedRef] in ExchangeEvent e,
        ReadOnlySpan<byte> heads,
        ReadOnlySpan<byte> localAddress,
        ReadOnlySpan<byte> peerAddress,
        HttpMethods methods,
        HttpRoutes routes,
        OwnRoutes? own)
    {
        _event = ref e;
        Routes = routes;
        OwnRoutes = own?.For(e.Role == Role.Client);
        Methods = methods;
        LocalAddress = localAddress;
        PeerAddress = peerAddress;
        var requestSize = Math.Min(e.RequestHeadSize, heads.Length);
        Request = heads[..requestSize];
        Response = heads[requestSize..Math.Min(requestSize + e.ResponseHeadSize, heads.Length)];
        Notes = e.NotesAt + e.NotesSize <= heads.Length ? heads.Slice(e.NotesAt, e.NotesSize) : default;
    }

    public ref readonly ExchangeEvent Event => ref _event;

    public ReadOnlySpan<byte> Request { get; }

    public ReadOnlySpan<byte> Response { get; }

    /// <summary>For <see cref="NoteReader"/>.</summary>
    public ReadOnlySpan<byte> Notes { get; }

    /// <summary>Text of <see cref="ExchangeEvent.Local"/>, wanted more than once, as that of the peer.</summary>
    public ReadOnlySpan<byte> LocalAddress { get; }

    public ReadOnlySpan<byte> PeerAddress { get; }

    /// <summary>Those that may stand in an attribute.</summary>
    public HttpMethods Methods { get; }

    /// <summary>What paths are called.</summary>
    public HttpRoutes Routes { get; }

    /// <summary>The same, in programs of this one's selector; null: nothing is said of them.</summary>
    public HttpRoutes? OwnRoutes { get; }

    public bool IsClient => _event.Role == Role.Client;

    /// <summary>What the connection says of <c>url.scheme</c>.</summary>
    public ReadOnlySpan<byte> Scheme => _event.IsSecured != 0 ? "https"u8 : "http"u8;
}
