// SPDX-License-Identifier: Apache-2.0
namespace Agent.Application;

/// <summary>One side of a request, until the other is told of.</summary>
/// <param name="Id">Of the client's span; 0: there is none.</param>
/// <param name="Service">Whose span it is.</param>
/// <param name="Peer">Of a client: whom it called, by the name it used.</param>
/// <param name="Since">On the clock of <see cref="Environment.TickCount64"/>.</param>
internal readonly record struct HalfEdge(ulong Id, bool IsClient, byte[] Service, byte[] Peer, double Seconds, bool HasFailed, long Since);
