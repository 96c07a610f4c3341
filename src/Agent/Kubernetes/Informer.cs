// SPDX-License-Identifier: Apache-2.0
// List, then watch from the version of the list. A watch that ends goes on from the last version that it told, bookmarks included.
// Where the server does not keep that any more (410, as an answer or in the stream) everything is listed again. Whatever fails, what
// is known stays known until a complete list says otherwise.
using System.Globalization;
using System.Net;
using System.Text.Json;
using Agent.Delivery.Exporters;
using Agent.Diagnostics;

namespace Agent.Kubernetes;

/// <summary>Keeps a store equal to one kind of objects of the cluster.</summary>
/// <param name="path">Of the collection: <c>/api/v1/pods</c>.</param>
/// <param name="query">What selects from it: begins with &amp;, or empty.</param>
/// <param name="first">The pause after the first failure in a row.</param>
internal sealed class Informer(ApiServer server, IObjectStore store, string path, string query, TimeSpan first)
{
    private const int PageSize = 500;
    private const int LeastWatchSeconds = 300;
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PageLimit = TimeSpan.FromMinutes(2);

    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _version;
    private bool _wasGone;
    private string? _complaint;
    private RetryDelay _pause = new(first, MaxPause);

    /// <summary>Completes when everything was listed once.</summary>
    internal Task Synced => _synced.Task;

    /// <summary>What went wrong last; null: nothing since the last success.</summary>
    internal string? Complaint => _complaint;

    internal async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (_version is null)
                {
                    await ListAsync(cancel).ConfigureAwait(false);
                }
                await WatchAsync(cancel).ConfigureAwait(false);
            }
            catch (ApiException gone) when (gone.IsGone)
            {
                Log.Debug($"kubernetes: {store.Name}: {_version} is not kept any more: listed again");
                (_version, _wasGone) = (null, true);
                await PauseAsync(TimeSpan.FromSeconds(Random.Shared.NextDouble()), cancel).ConfigureAwait(false);
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested && IsFailure(failure))
            {
                Complain(Explain(failure));
                await PauseAsync(_pause.Next(null), cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // From the server's cache, which is cheap for it, unless that was behind: then from its database.
    private async Task ListAsync(CancellationToken cancel)
    {
        store.BeginList();
        var from = _wasGone ? "" : "&resourceVersion=0";
        string? rest = null;
        string version;
        do
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(PageLimit);
            var page = rest is null ? from : $"&continue={Uri.EscapeDataString(rest)}";
            using var response = await server.GetAsync($"{path}?limit={PageSize}{page}{query}", limit.Token).ConfigureAwait(false);
            using var body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            var list = new ObjectList(store.Put);
            await list.ReadAsync(body, limit.Token).ConfigureAwait(false);
            (rest, version) = (list.Continue, list.ResourceVersion);
        }
        while (rest is not null);
        store.EndList();
        (_version, _wasGone) = (version, false);
        Succeed();
        _synced.TrySetResult();
    }

    private async Task WatchAsync(CancellationToken cancel)
    {
        var seconds = LeastWatchSeconds + Random.Shared.Next(LeastWatchSeconds);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds) + Slack);
        var watch = string.Create(CultureInfo.InvariantCulture,
            $"{path}?watch=1&allowWatchBookmarks=true&timeoutSeconds={seconds}&resourceVersion={Uri.EscapeDataString(_version!)}{query}");
        using var response = await server.GetAsync(watch, limit.Token).ConfigureAwait(false);
        using var body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
        Succeed();
        var lines = new LineBuffer();
        var any = false;
        while (await lines.FillAsync(body, limit.Token).ConfigureAwait(false))
        {
            while (lines.TryTake(out var line))
            {
                any |= Take(line);
            }
        }
        if (!any)
        {
            await PauseAsync(_pause.Next(null), cancel).ConfigureAwait(false); // ended as soon as it began, maybe
        }
    }

    private bool Take(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return false;
        }
        var change = WatchEvent.Parse(line);
        switch (change.Kind)
        {
            case WatchKind.Put:
                store.Put(change.Object);
                break;
            case WatchKind.Deleted:
                store.Delete(change.Object);
                break;
            case WatchKind.Error:
                throw new ApiException((HttpStatusCode)change.Code, $"{path}: the watch ended with {change.Code}");
        }
        _version = change.ResourceVersion is { Length: > 0 } version ? version : _version;
        return true;
    }

    private void Succeed()
    {
        if (Interlocked.Exchange(ref _complaint, null) is not null)
        {
            Log.Info($"kubernetes: {store.Name} are watched again");
        }
        _pause = new RetryDelay(first, MaxPause);
    }

    private void Complain(string complaint)
    {
        if (Interlocked.Exchange(ref _complaint, complaint) != complaint)
        {
            Log.Warn($"kubernetes: {complaint}; {store.Name} stay as they are known");
        }
    }

    private static Task PauseAsync(TimeSpan pause, CancellationToken cancel) =>
        Task.Delay(pause, cancel).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>What may pass.</summary>
    internal static bool IsFailure(Exception failure) => failure is
        ApiException or HttpRequestException or IOException or InvalidDataException or JsonException or OperationCanceledException or FormatException;

    /// <summary>One line of what happened.</summary>
    internal static string Explain(Exception failure) => failure switch
    {
        ApiException or FormatException => failure.Message,
        OperationCanceledException => "the API server does not answer",
        JsonException => $"what the API server answers cannot be read: {failure.Message}",
        _ => $"the API server cannot be reached: {Innermost(failure).Message}",
    };

    private static Exception Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }
        return failure;
    }
}
