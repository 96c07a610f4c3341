// SPDX-License-Identifier: Apache-2.0
// For the loop that sends, a topic is a receiver like any other, so everything that holds for those does: memory or disk in front of
// it, its own place, the ledger. What is different is that the messages of a request arrive one by one. Those that have are not sent
// again when the request is tried again; the loop tries the same until it is told what became of it.
using System.Diagnostics;
using Agent.Delivery.Exporters;

namespace Agent.Delivery.Kafka;

/// <summary>Writes spans into a topic, a message for each trace.</summary>
internal sealed class KafkaExporter : IExporter
{
    private const int LeastBatch = 1000;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly KafkaOptions _options;
    private readonly TimeSpan _timeout;
    private readonly TraceMessages _messages = new();
    private readonly byte[] _key = new byte[TraceMessages.KeySize];
    private KafkaProducer _producer;
    private ExportRequest? _request;
    private KafkaError _error;
    private int _maxBatch;
    private int _done;
    private int _sent;
    private bool _isTooLarge;

    internal KafkaExporter(ReceiverOptions receiver)
    {
        _options = receiver.Kafka!;
        _timeout = receiver.Timeout;
        _maxBatch = _options.MaxMessageBytes;
        _producer = NewProducer();
    }

    // It waits for librdkafka, not for a socket of ours.
    public Task<SendResult> SendAsync(ExportRequest request, CancellationToken cancel) => Task.Run(() => Send(request, cancel), cancel);

    public void Dispose() => _producer.Dispose();

    private SendResult Send(ExportRequest request, CancellationToken cancel)
    {
        if (!ReferenceEquals(_request, request))
        {
            (_request, _done, _sent) = (request, 0, 0);
            _messages.Read(request, _maxBatch);
        }
        var (waited, progress) = (Stopwatch.StartNew(), _done);
        _error = request.Entries.Count == 0 ? _producer.Ask(_timeout) : KafkaError.None;
        if (_error != KafkaError.None)
        {
            return new SendResult(SendOutcome.TryAgain, Message: _producer.Trouble.Text ?? Explain());
        }
        while (_done < _messages.Messages.Count)
        {
            cancel.ThrowIfCancellationRequested();
            SendWaiting();
            _producer.Flush(Step);
            if (progress != _done)
            {
                progress = _done;
                _producer.Trouble.Clear();
                waited.Restart();
            }
            if (_error == KafkaError.Fatal || (_isTooLarge && _sent == 0))
            {
                Renew();
            }
            else if ((_error != KafkaError.None && _sent == 0) || waited.Elapsed > _timeout)
            {
                return new SendResult(SendOutcome.TryAgain, Message: Explain());
            }
        }
        return Finish();
    }

    private SendResult Finish()
    {
        var refused = 0L;
        foreach (var message in _messages.Messages)
        {
            refused += message.State == TraceMessageState.Refused ? message.Spans : 0;
        }
        _messages.Clear();
        _request = null;
        return new SendResult(
            SendOutcome.Accepted, refused, Message: refused > 0 ? $"{refused} spans are larger than what brokers take" : null);
    }

    private void SendWaiting()
    {
        var messages = _messages.Messages;
        for (var i = 0; i < messages.Count && _error == KafkaError.None; i++)
        {
            if (messages[i].State == TraceMessageState.Waiting)
            {
                _messages.WriteKey(messages[i], _key);
                var bytes = _messages.Write(messages[i]);
                messages[i] = messages[i] with { State = TraceMessageState.Sent };
                _sent++;
                if (!_producer.TrySend(i, _key, bytes))
                {
                    _sent--;
                    messages[i] = messages[i] with { State = TraceMessageState.Waiting };
                    return;
                }
            }
        }
    }

    private void OnDelivered(int number, KafkaError error)
    {
        var message = _messages.Messages[number];
        _sent--;
        if (error == KafkaError.None)
        {
            Conclude(number, TraceMessageState.Acknowledged);
        }
        else if (error == KafkaError.MessageTooLarge && message.Spans == 1 && (message.Bytes >= _maxBatch || _maxBatch == LeastBatch))
        {
            Conclude(number, TraceMessageState.Refused); // it was alone
        }
        else
        {
            _messages.Messages[number] = message with { State = TraceMessageState.Waiting };
            _isTooLarge |= error == KafkaError.MessageTooLarge;
            _error = _error == KafkaError.Fatal ? _error : error;
        }
    }

    private void Conclude(int number, TraceMessageState state)
    {
        _messages.Messages[number] = _messages.Messages[number] with { State = state };
        _done++;
    }

    // Brokers do not say how much they take, only that it was too much: half of it the next time, for good.
    private void Renew()
    {
        _producer.Dispose();
        for (var i = 0; i < _messages.Messages.Count; i++)
        {
            if (_messages.Messages[i].State == TraceMessageState.Sent)
            {
                _messages.Messages[i] = _messages.Messages[i] with { State = TraceMessageState.Waiting };
            }
        }
        if (_isTooLarge)
        {
            _maxBatch = Math.Max(LeastBatch, _maxBatch / 2);
            _messages.Divide(_maxBatch);
        }
        (_isTooLarge, _error, _sent) = (false, KafkaError.None, 0);
        _producer = NewProducer();
    }

    private KafkaProducer NewProducer() => new(_options, _maxBatch, OnDelivered);

    private string Explain() => _error != KafkaError.None ? KafkaClient.TextOf(_error) : _producer.Trouble.Text ?? "brokers do not answer";
}
