// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Agent.Contract;

namespace Kernel.Tests;

/// <summary>Real events through the real ring.</summary>
public class RingTests
{
    [Fact]
    public void A_program_that_starts_is_heard_of_within_milliseconds()
    {
        using var process = Objects.Load("process");
        using var ring = process.Ring("events");
        var links = process.Programs().Where(program => program.IsTracing).Select(program => program.Attach()).ToArray();
        var heard = new Listener();
        try
        {
            using var child = Process.Start("true");
            Assert.NotNull(child);
            child.WaitForExit();
            var clock = Stopwatch.StartNew();
            while (!heard.Executed.Contains((uint)child.Id) && clock.ElapsedMilliseconds < 5000)
            {
                ring.Wait(100);
                ring.Drain(ref heard);
            }
            Assert.Contains((uint)child.Id, heard.Executed);
            Assert.Equal(0UL, ring.Malformed);
        }
        finally
        {
            Array.ForEach(links, link => link.Dispose());
        }
    }

    [Fact]
    public void Waiting_ends_when_woken()
    {
        using var process = Objects.Load("process");
        using var ring = process.Ring("events");
        var clock = Stopwatch.StartNew();
        ring.Wake();
        ring.Wait(60_000);
        Assert.True(clock.ElapsedMilliseconds < 30_000);
    }

    private sealed class Listener : IEventHandler
    {
        internal HashSet<uint> Executed { get; } = [];

        public void OnExchange(in ExchangeEvent e, ReadOnlySpan<byte> heads) => Assert.Fail("no sockets are attached");

        public void OnProcess(in ProcessEvent e, ReadOnlySpan<byte> declared)
        {
            if (e.Change == ProcessChange.Exec)
            {
                Executed.Add(e.Pid);
            }
        }

        public void OnListen(in ListenEvent e) => Assert.NotEqual(0u, e.Pid);

        public void OnFionread(in FionreadEvent e) => Assert.Fail("no probe is attached");

        public void OnTls(in TlsEvent e) => Assert.Fail("nothing speaks TLS");

        public void OnOwnSpan(in OwnSpanEvent e, ReadOnlySpan<byte> text) => Assert.Fail("nothing makes spans");
    }
}
