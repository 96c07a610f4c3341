// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Security;

namespace Agent.Ingest;

/// <summary>One address to listen on.</summary>
/// <param name="Variable">That names it.</param>
/// <param name="Text">Its value.</param>
/// <param name="Tls">Null: without.</param>
internal sealed record IngestListenerOptions(
    IngestProtocol Protocol, string Variable, string Text, EndPoint Address, SslServerAuthenticationOptions? Tls);
