using System.Collections.Immutable;
using DmaGrains.Analysis.Checking;
using DmaGrains.Interfaces;

namespace DmaGrains.Testing;

/// <summary>Checks boards from outside: what boards say against what is stored of their buffers.</summary>
internal sealed class ClusterCheck(IGrainFactory grains, ClusterStorage storage)
{
    /// <summary>Checks all boards.</summary>
    /// <exception cref="InvariantException">Something is wrong; the exception lists everything that is.</exception>
    public async Task RunAsync()
    {
        var stored = new List<string>();
        foreach (var board in storage.KeysWith("board").Select(GrainKeys.NameOf))
        {
            if ((await grains.GetBoard(board).GetAsync()).IsGranted)
            {
                stored.Add(board);
            }
        }

        await RunAsync(stored);
    }

    /// <summary>Checks some boards.</summary>
    /// <param name="boards">Their names.</param>
    /// <exception cref="InvariantException">Something is wrong; the exception lists everything that is.</exception>
    public async Task RunAsync(IEnumerable<string> boards)
    {
        var findings = ImmutableArray.CreateBuilder<string>();
        foreach (var board in boards)
        {
            try
            {
                findings.AddRange((await FindAsync(board)).Select(finding => $"{board}: {finding}"));
            }
            catch (Exception problem)
            {
                // A grain that finds its own state broken does not come up.
                findings.Add($"{board}: {problem.GetType().Name}: {problem.Message}");
            }
        }

        if (findings.Count != 0)
        {
            throw new InvariantException(findings.ToImmutable());
        }
    }

    private async Task<IEnumerable<string>> FindAsync(string board)
    {
        var definition = await grains.GetBoard(board).GetAsync();
        if (!definition.IsGranted)
        {
            return [definition.Refusal!.ToString()];
        }

        var snapshot = await BoardSnapshot.ReadAsync(grains, definition.Value, CancellationToken.None);
        var listed = snapshot.Buffers.Select(buffer => buffer.Name).Concat(snapshot.Unmade);
        return BoardCheck.Of(snapshot).Findings.Select(finding => $"{finding.Kind}: {finding}")
            .Concat(await UnlistedAsync(board, listed.ToHashSet()));
    }

    /// <summary>Living buffers that their board does not list.</summary>
    private async Task<IEnumerable<string>> UnlistedAsync(string board, HashSet<string> listed)
    {
        var stored = storage.KeysWith("buffer").Where(key => GrainKeys.BoardOf(key) == board).Select(GrainKeys.NameOf);
        var unlisted = new List<string>();
        foreach (var name in stored.Except(listed))
        {
            var buffer = await grains.GetBuffer(board, name).DescribeAsync();
            if (buffer is { IsGranted: true, Value.IsReleasedByAll: false })
            {
                unlisted.Add($"{FindingKind.Listing}: {name}: it exists, but its board does not list it");
            }
        }

        return unlisted;
    }
}
