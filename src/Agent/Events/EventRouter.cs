// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Propagation;
using Agent.Targets;

namespace Agent.Events;

/// <summary>Where each kind of event goes. A struct, so that the decoder's calls are direct.</summary>
internal readonly struct EventRouter(
    TargetTable targets, SpanSink sink, Ledger ledger, ProgramChanges programs, ChangeQueue changes,
    FionreadEviction? eviction, RetroactiveKeep? keep, OwnSpans own) : IEventHandler
{
    public void OnExchange(in ExchangeEvent e, ReadOnlySpan<byte> heads)
    {
        if (!targets.TryFind(e.Target, out var target))
        {
            ledger.Dropped(DropReason.UnknownTarget, RetroactiveKeep.IsSampled(e) ? 1 : 0);
        }
        else if (target.IsLeft)
        {
            ledger.Dropped(DropReason.NotSelected, RetroactiveKeep.IsSampled(e) ? 1 : 0);
        }
        else if (keep is not null)
        {
            keep.Take(target.Resource, e, heads);
        }
        else
        {
            sink.Write(target.Resource, e, heads);
        }
    }

    public void OnOwnSpan(in OwnSpanEvent e, ReadOnlySpan<byte> text)
    {
        if (e.PieceAt > 0)
        {
            own.Continue(e, text);
        }
        else if (!targets.TryFind(e.Target, out var target))
        {
            ledger.Dropped(DropReason.UnknownTarget);
        }
        else if (target.IsLeft)
        {
            ledger.Dropped(DropReason.NotSelected);
        }
        else
        {
            own.Begin(target.Resource, e, text);
        }
    }

    public void OnProcess(in ProcessEvent e, ReadOnlySpan<byte> declared)
    {
        if (e.Change == ProcessChange.Exec)
        {
            programs.OnExec(e, declared, changes);
            return;
        }
        var kind = e.Change == ProcessChange.Fork ? ChangeKind.Fork : ChangeKind.Exit;
        changes.Post(new Change(kind, (int)e.Pid) { ParentPid = (int)e.ParentPid, StartNs = e.StartNs });
    }

    public void OnListen(in ListenEvent e) =>
        changes.Post(new Change(ChangeKind.Listen, (int)e.Pid) { Port = e.Port });

    // The process waits for this, on another thread (FionreadAnswers): first the sockets, then everything else.
    public void OnFionread(in FionreadEvent e)
    {
        eviction?.Evict(e.Pid);
        changes.Post(new Change(ChangeKind.Evicted, (int)e.Pid));
    }

    /// <summary>Between the events, now and then.</summary>
    internal void Tick() => own.Tick();

    /// <summary>No event will come any more.</summary>
    internal void End() => own.End();

    public void OnTls(in TlsEvent e) => changes.Post(new Change(ChangeKind.Secures, (int)e.Pid));
}
