using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Client.Commands;

/// <summary>All buffers of a board.</summary>
internal static class BufferListing
{
    /// <summary>The buffers, by name; those that disappear meanwhile are left out.</summary>
    /// <returns>ENOENT when there is no such board.</returns>
    public static async Task<DmaResult<List<DmaBuffer>>> OfAsync(LiveContext live, string board)
    {
        var grain = live.Connection.Grains.GetBoard(board);
        var known = await grain.GetAsync(live.Cancellation);
        if (!known.IsGranted)
        {
            return DmaResult.Refuse<List<DmaBuffer>>(known.Refusal!);
        }

        var buffers = new List<DmaBuffer>();
        await foreach (var page in grain.BufferPagesAsync(cancellation: live.Cancellation))
        {
            var described = await Task.WhenAll(page.Select(name => live.Connection.Grains.GetBuffer(board, name).DescribeAsync(live.Cancellation)));
            buffers.AddRange(described.Select(buffer => buffer.TryGetValue(out var found) ? found : null).OfType<DmaBuffer>());
        }

        buffers.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return DmaResult.Grant(buffers);
    }
}
