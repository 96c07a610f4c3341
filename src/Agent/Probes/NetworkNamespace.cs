// SPDX-License-Identifier: Apache-2.0
using System.Runtime.ExceptionServices;
using Agent.Bpf;

namespace Agent.Probes;

/// <summary>
/// Work in another network namespace. A thread cannot be trusted to come back from one, so each visit has its own thread,
/// which ends with it.
/// </summary>
internal static class NetworkNamespace
{
    /// <summary>In a new, empty namespace.</summary>
    internal static void RunInNew(Action work) =>
        OnThread(() => LibC.Unshare(LibC.CloneNewNetwork) == 0, "cannot make a network namespace", work);

    /// <summary>In the namespace behind a path like /proc/PID/ns/net.</summary>
    internal static void RunIn(string path, Action work) =>
        OnThread(() => Enter(path), $"cannot enter network namespace {path}", work);

    private static bool Enter(string path)
    {
        var fd = LibC.Open(path, LibC.OpenReadOnlyCloseOnExec, 0);
        if (fd < 0)
        {
            return false;
        }
        var entered = LibC.SetNamespace(fd, LibC.CloneNewNetwork) == 0;
        _ = LibC.Close(fd);
        return entered;
    }

    private static void OnThread(Func<bool> enter, string failureText, Action work)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (!enter())
                {
                    throw new BpfException(failureText, LibC.LastError, needs: "CAP_SYS_ADMIN");
                }
                work();
            }
            catch (BpfException refused)
            {
                failure = ExceptionDispatchInfo.Capture(refused);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
