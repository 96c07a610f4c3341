// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Agent.Bpf;

namespace Agent.Cli;

/// <summary>SIGTERM and SIGINT stop, a second one stops at once; SIGHUP asks to read settings again, SIGUSR1 for a report.</summary>
internal sealed class Signals : IDisposable
{
    private const int User1 = 10; /* SIGUSR1 on x86-64 and arm64 */
    private const int KilledBySignal = 128;
    private readonly PosixSignalRegistration[] _registrations;
    private int _stops;

    internal Signals(Action stop, Action reload, Action report)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnStop(context, stop)),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnStop(context, stop)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                reload();
            }),
            PosixSignalRegistration.Create((PosixSignal)User1, context =>
            {
                context.Cancel = true;
                report();
            }),
        ];
    }

    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private void OnStop(PosixSignalContext context, Action stop)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _stops) > 1)
        {
            LibC.ExitNow(KilledBySignal + Number(context.Signal));
        }
        stop();
    }

    private static int Number(PosixSignal signal) => signal == PosixSignal.SIGINT ? 2 : 15;
}
