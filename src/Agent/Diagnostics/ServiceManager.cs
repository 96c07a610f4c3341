// SPDX-License-Identifier: Apache-2.0
// sd_notify: datagrams to the socket that a service manager names in NOTIFY_SOCKET. Where none is named, nothing is said.
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Agent.Diagnostics;

/// <summary>What systemd, or who speaks its language, is told.</summary>
internal sealed class ServiceManager : IDisposable
{
    private const int PatienceMilliseconds = 1000;
    private const int PauseMilliseconds = 10;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    private readonly UnixDomainSocketEndPoint _manager;
    private readonly long _interval;
    private long _next = long.MinValue;
    private bool _isUnheard;

    private ServiceManager(UnixDomainSocketEndPoint manager, long interval)
    {
        _manager = manager;
        _interval = interval;
    }

    /// <summary>Null when nobody wants to know.</summary>
    internal static ServiceManager? Find(Func<string, string?> variables)
    {
        if (variables("NOTIFY_SOCKET") is not { Length: > 1 } name)
        {
            return null;
        }
        if (name[0] is not ('/' or '@'))
        {
            Log.Warn($"NOTIFY_SOCKET={name}: not a Unix socket, the service manager is told nothing");
            return null;
        }
        return new ServiceManager(new UnixDomainSocketEndPoint(name[0] == '@' ? "\0" + name[1..] : name), Interval(variables));
    }

    internal void Ready(string status) => Say($"READY=1\nSTATUS={status}");

    internal void Stopping() => Say("STOPPING=1\nSTATUS=delivers what it has");

    /// <summary>What follows is a reload, until it is <see cref="Ready"/> again.</summary>
    internal void Reloading(long monotonicMicroseconds) =>
        Say(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={monotonicMicroseconds}"));

    /// <summary>Twice as often as the watchdog wants it. Never waits: what could not be said now is said at the next turn.</summary>
    internal void Beat(long milliseconds)
    {
        if (_interval > 0 && milliseconds >= _next && TrySend("WATCHDOG=1"u8))
        {
            _next = milliseconds + _interval;
        }
    }

    public void Dispose() => _socket.Dispose();

    // WATCHDOG_PID names whose watchdog it is, for services that start others.
    private static long Interval(Func<string, string?> variables)
    {
        const long microsecondsInTwoMilliseconds = 2000;
        var isOurs = variables("WATCHDOG_PID") is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return isOurs && long.TryParse(variables("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? Math.Max(1, microseconds / microsecondsInTwoMilliseconds)
            : 0;
    }

    private void Say(string text)
    {
        var message = Encoding.UTF8.GetBytes(text);
        var deadline = Environment.TickCount64 + PatienceMilliseconds;
        while (!TrySend(message) && Environment.TickCount64 < deadline)
        {
            Thread.Sleep(PauseMilliseconds);
        }
    }

    private bool TrySend(ReadOnlySpan<byte> message)
    {
        try
        {
            _socket.SendTo(message, _manager);
            return true;
        }
        catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
        {
            return false;
        }
        catch (SocketException refused)
        {
            if (!_isUnheard)
            {
                _isUnheard = true;
                Log.Warn($"NOTIFY_SOCKET: {refused.Message}: the service manager does not hear");
            }
            return true; // trying again would change nothing
        }
    }
}
