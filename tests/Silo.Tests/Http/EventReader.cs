using System.Net.ServerSentEvents;

namespace DmaGrains.Silo.Tests.Http;

/// <summary>Reads server-sent events.</summary>
internal sealed class EventReader(HttpResponseMessage response, Stream stream) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<SseItem<string>> _items =
        SseParser.Create(stream).EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

    /// <summary>The next event that is not idle; null at the end of the stream.</summary>
    public async Task<SseItem<string>?> NextAsync()
    {
        while (await _items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)))
        {
            if (_items.Current.EventType != "idle")
            {
                return _items.Current;
            }
        }

        return null;
    }

    /// <summary>Reads the first item of all streams, which tells that there is one.</summary>
    public async Task<string?> BeginsAfterAsync()
    {
        Assert.True(await _items.MoveNextAsync());
        Assert.Equal("idle", _items.Current.EventType);
        return _items.Current.EventId;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        response.Dispose();
        await stream.DisposeAsync();
        try
        {
            await _items.DisposeAsync();
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // The connection was cut, as callers do.
        }
    }
}
