// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Propagation;
using Agent.Targets;

namespace Agent.Events;

/// <summary>Where each kind of event goes. A struct, so that the decoder's calls are direct.</summary>
internal readonly struct EventRouter(
    TargetTable targets, SpanSink sink, Ledger ledger, ChangeQueue changes, FionreadEviction? eviction) : IEventHandler
{
    public void OnExchange(in ExchangeEvent e, ReadOnlySpan<byte> heads)
    {
        if (targets.TryFind(e.Target, out var target))
        {
            sink.Write(target.Resource, e, heads);
        }
        else
        {
            ledger.Dropped(DropReason.UnknownTarget);
        }
    }

    public void OnProcess(in ProcessEvent e)
    {
        var kind = e.Change switch
        {
            ProcessChange.Exec => ChangeKind.Exec,
            ProcessChange.Fork => ChangeKind.Fork,
            _ => ChangeKind.Exit,
        };
        changes.Post(new Change(kind, (int)e.Pid, (int)e.ParentPid, e.StartNs, 0));
    }

    public void OnListen(in ListenEvent e) =>
        changes.Post(new Change(ChangeKind.Listen, (int)e.Pid, 0, 0, e.Port));

    // The process waits for this, on another thread (FionreadAnswers): first the sockets, then everything else.
    public void OnFionread(in FionreadEvent e)
    {
        eviction?.Evict(e.Pid);
        changes.Post(new Change(ChangeKind.Evicted, (int)e.Pid, 0, 0, 0));
    }
}
