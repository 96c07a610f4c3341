// SPDX-License-Identifier: Apache-2.0
namespace Agent.Propagation;

/// <summary>What the canary found.</summary>
/// <param name="IsFionreadRight">FIONREAD answers what is queued.</param>
/// <param name="SurvivesSignals">A blocking read goes on after a signal whose handler restarts calls.</param>
/// <param name="WakesEdgeTriggered">Edge-triggered epoll reports data that arrives.</param>
/// <param name="PassesBytes">What is sent arrives unchanged.</param>
internal readonly record struct CanaryReport(
    bool IsFionreadRight, bool SurvivesSignals, bool WakesEdgeTriggered, bool PassesBytes)
{
    /// <summary>Sockets may be enrolled at all: what remains wrong is avoided by when they are.</summary>
    internal bool MayEnrol => WakesEdgeTriggered && PassesBytes;
}
