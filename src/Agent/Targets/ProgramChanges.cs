// SPDX-License-Identifier: Apache-2.0
// A span belongs to the program that its process ran at that time, and a process may run several within milliseconds and be
// gone. Kernel events keep that order: the exec comes before the first exchange of the new program. So what a program is
// called is settled here, on the event thread, before the next event is read. Everything slow is left to the watcher.
using System.Text;
using Agent.Bpf;
using Agent.Contract;
using Agent.Diagnostics;

namespace Agent.Targets;

/// <summary>Names the programs that target processes change to, and recognises those that are targets for what they run.</summary>
internal sealed class ProgramChanges(
    ProcFs proc, CgroupTree tree, TargetSelection selection, TargetTable table, BpfMap<uint, Contract.Target> kernelTargets, TargetNames names)
{
    private bool _failed;

    /// <summary>Tells the watcher only of what is a target.</summary>
    internal void OnExec(in ProcessEvent e, ReadOnlySpan<byte> declared, ChangeQueue changes)
    {
        try
        {
            if (e.Target != 0 || e.Chosen != 0)
            {
                Keep(e, declared, changes);
            }
            else
            {
                Select(e, declared, changes);
            }
        }
        catch (Exception failure) when (!_failed)
        {
            _failed = true;
            Log.Warn($"targets: a program could not be named: {failure}");
        }
        catch (Exception failure) when (_failed)
        {
            Log.Debug($"targets: a program could not be named: {failure.Message}");
        }
    }

    // What a target executes is a target too, and so is what the kernel side has chosen, unless it is excluded, or the selector
    // is not any more what the kernel side was told at the start.
    private void Keep(in ProcessEvent e, ReadOnlySpan<byte> declared, ChangeQueue changes)
    {
        var pid = (int)e.Pid;
        var isNew = e.Chosen != 0;
        var alive = IsAlive(e, out var isOther);
        var program = isOther ? Command(e) : proc.Executable(pid) ?? Command(e);
        var facts = names.Facts(pid, program);
        var selector = selection.Current;
        var naming = selector.Choose(facts, []);
        if (isNew ? naming is null : selector.IsExcluded(facts, []))
        {
            kernelTargets.Remove(e.Pid);
            changes.Post(new Change(ChangeKind.Exit, pid) { StartNs = e.StartNs });
            return;
        }
        var target = Name(e, declared, program, naming ?? default, isOther, alive);
        table.Set(target);
        changes.Post(new Change(ChangeKind.Exec, pid) { StartNs = e.StartNs, Target = target, IsNew = isNew });
    }

    private void Select(in ProcessEvent e, ReadOnlySpan<byte> declared, ChangeQueue changes)
    {
        var pid = (int)e.Pid;
        if (pid == Environment.ProcessId || proc.Executable(pid) is not { } program ||
            selection.Current.Choose(names.Facts(pid, program), []) is not { } naming ||
            tree.Of(pid) is not { } cgroup || !tree.Allows(cgroup))
        {
            return;
        }
        var alive = IsAlive(e, out var isOther);
        var target = Name(e, declared, isOther ? Command(e) : program, naming, isOther, alive);
        table.Set(target);
        var error = kernelTargets.Add(e.Pid, new Contract.Target { Pid = e.Pid });
        if (error is not (0 or LibC.ErrorExists))
        {
            Log.Debug($"targets: cannot trace process {pid}: {LibC.ErrorText(error)}");
        }
        changes.Post(new Change(ChangeKind.Exec, pid) { StartNs = e.StartNs, Target = target, IsNew = true });

        // Ended before the kernel side knew it as a target: it has told nobody.
        if (!IsAlive(e, out _))
        {
            kernelTargets.Remove(e.Pid);
            changes.Post(new Change(ChangeKind.Exit, pid) { StartNs = e.StartNs });
        }
    }

    // Of a process that is gone, the kernel's name for the program is left.
    private Target Name(in ProcessEvent e, ReadOnlySpan<byte> declared, string program, Naming naming, bool isOther, bool alive)
    {
        var pid = (int)e.Pid;
        var declaration = e.Declares != 0 ? Declaration.From(e, declared) : Declare(e, isOther, alive);
        return names.Describe(pid, program, declaration, naming, table.TryFind(e.Target, out var before) ? before : null);
    }

    // What the kernel could not tell is read while the process lives, or else taken from where it came from.
    private Declaration Declare(in ProcessEvent e, bool isOther, bool alive)
    {
        var found = Declaration.TryRead(proc, (int)e.Pid, out var declaration);
        return !isOther && (found || alive) ? declaration
            : table.TryFind(e.Target, out var before) ? before.Declaration
            : default;
    }

    // Its number may belong to another process by now.
    private bool IsAlive(in ProcessEvent e, out bool isOther)
    {
        var exists = proc.TryReadStat((int)e.Pid, out var stat);
        isOther = exists && stat.StartTicks != ProcessStat.TicksOf(e.StartNs);
        return exists && !isOther && !stat.HasEnded;
    }

    private static string Command(in ProcessEvent e)
    {
        ReadOnlySpan<byte> command = e.Command;
        var end = command.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(end < 0 ? command : command[..end]);
        return text.Length > 0 ? text : "unknown";
    }
}
