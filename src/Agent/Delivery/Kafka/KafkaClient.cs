// SPDX-License-Identifier: Apache-2.0
// What producers and consumers of librdkafka have in common: settings, callbacks that find their way back to an object, what
// goes wrong, and an end that nobody waits for longer than he wants.
using System.Globalization;
using System.Runtime.InteropServices;

namespace Agent.Delivery.Kafka;

/// <summary>One client of librdkafka. Its callbacks are made by whoever polls.</summary>
internal abstract unsafe class KafkaClient : IDisposable
{
    private const int ErrorSize = 512;
    private const int MostSocketMs = 10_000;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    private readonly GCHandle _self;
    private bool _isDisposed;

    /// <param name="settings">Besides what <paramref name="options"/> says, by librdkafka's names.</param>
    protected KafkaClient(int type, KafkaOptions options, params ReadOnlySpan<(string Name, string Value)> settings)
    {
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        Trouble = new KafkaTrouble(!options.HasSasl);
        var native = LibRdKafka.NewSettings();
        try
        {
            Set(native, "bootstrap.servers", options.Brokers);
            Set(native, "client.id", "hilo");
            Set(native, "log_level", "0"); // what is to be said comes as an error
            Set(native, "enable.metrics.push", "false");
            Set(native, "socket.timeout.ms", MostSocketMs.ToString(CultureInfo.InvariantCulture));
            Set(native, "socket.keepalive.enable", "true");
            Set(native, "socket.nagle.disable", "true");
            Set(native, "reconnect.backoff.max.ms", "2000");
            foreach (var (name, value) in options.Security)
            {
                Set(native, name, value);
            }
            foreach (var (name, value) in settings)
            {
                Set(native, name, value);
            }
            LibRdKafka.SetOpaque(native, GCHandle.ToIntPtr(_self));
            LibRdKafka.SetFailed(native, &OnFailed);
            if (type == LibRdKafka.Producer)
            {
                LibRdKafka.SetDelivered(native, &OnDelivered);
            }
            else
            {
                LibRdKafka.SetRebalanced(native, &OnRebalanced);
            }
            var text = stackalloc byte[ErrorSize];
            Handle = LibRdKafka.New(type, native, text, ErrorSize);
            if (Handle == 0)
            {
                throw new InvalidOperationException($"kafka: {TextOf(text)}");
            }
        }
        catch
        {
            LibRdKafka.DestroySettings(native);
            _self.Free();
            throw;
        }
    }

    /// <summary>To be said when nothing gets on.</summary>
    internal KafkaTrouble Trouble { get; }

    protected nint Handle { get; }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        Leave();

        // It joins threads, which may be in the middle of a look-up. They end with the process, if not before.
        var end = new Thread(Destroy) { IsBackground = true, Name = "kafka-end" };
        end.Start();
        if (end.Join(EndLimit))
        {
            _self.Free();
        }
    }

    internal static string TextOf(KafkaError error) => TextOf(LibRdKafka.Text(error));

    /// <summary>Before the end, while everything still works.</summary>
    protected abstract void Leave();

    protected virtual void Destroy() => LibRdKafka.Destroy(Handle, LibRdKafka.NoConsumerClose);

    protected virtual void Delivered(in LibRdKafka.Message message)
    {
    }

    protected virtual void Rebalanced(KafkaError what, LibRdKafka.Places* places)
    {
    }

    private static void Set(nint settings, string name, string value)
    {
        var text = stackalloc byte[ErrorSize];
        if (LibRdKafka.Set(settings, name, value, text, ErrorSize) != LibRdKafka.ConfigOk)
        {
            throw new InvalidOperationException($"kafka: {TextOf(text)}");
        }
    }

    private static string TextOf(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static KafkaClient? Find(nint opaque) => GCHandle.FromIntPtr(opaque).Target as KafkaClient;

    [UnmanagedCallersOnly]
    private static void OnFailed(nint client, int error, byte* reason, nint opaque)
    {
        Find(opaque)?.Trouble.Add((KafkaError)error, TextOf(reason), Environment.TickCount64);
    }

    [UnmanagedCallersOnly]
    private static void OnDelivered(nint client, LibRdKafka.Message* message, nint opaque) => Find(opaque)?.Delivered(*message);

    [UnmanagedCallersOnly]
    private static void OnRebalanced(nint client, KafkaError what, LibRdKafka.Places* places, nint opaque) =>
        Find(opaque)?.Rebalanced(what, places);
}
