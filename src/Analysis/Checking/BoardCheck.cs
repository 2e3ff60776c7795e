using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Analysis.Checking;

/// <summary>
/// Checks the invariants of a board from outside: every buffer's union is that of its importers, no page has two owners, and no page or
/// address is held for nobody. The parts of a board are read one after another, so on a board in use a reading may show what never was;
/// what counts as wrong is what several readings show alike.
/// </summary>
/// <param name="Board">The board.</param>
/// <param name="BufferCount">The number of listed buffers.</param>
/// <param name="PageCount">The pages that they hold.</param>
/// <param name="MappingCount">Their live mappings.</param>
/// <param name="Findings">What is wrong on every reading; empty for nothing.</param>
/// <param name="Unfinished">
/// What interrupted commands have left; it is completed when such a command is sent again, or at the buffer's next command. Nothing is
/// lost.
/// </param>
public sealed record BoardCheck(
    string Board,
    int BufferCount,
    ulong PageCount,
    int MappingCount,
    ImmutableArray<BoardFinding> Findings,
    ImmutableArray<string> Unfinished)
{
    /// <summary>
    /// What some readings showed and others did not: commands ran meanwhile, or it changes all the time. On a board at rest there is none.
    /// </summary>
    public ImmutableArray<BoardFinding> Passing { get; init; } = [];

    /// <summary>What <see cref="RepairAsync"/> repaired before the check; empty when nothing was, or no repair was requested.</summary>
    public ImmutableArray<string> Mended { get; init; } = [];

    // What a command shows for a moment is hardly there three times, for the same buffer.
    private const int ReadingsMax = 3;

    /// <summary>Reads everything from a board's grains and checks it: once, or where that shows something, three times.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="board">The board.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <returns>ENOENT when there is no such board.</returns>
    public static async Task<DmaResult<BoardCheck>> RunAsync(
        IGrainFactory grains, string board, CancellationToken cancellation = default)
    {
        var definition = await grains.GetBoard(board).GetAsync(cancellation);
        if (!definition.IsGranted)
        {
            return DmaResult.Refuse<BoardCheck>(definition.Refusal!);
        }

        var check = Of(await BoardSnapshot.ReadAsync(grains, definition.Value, cancellation));
        for (var reading = 1; reading < ReadingsMax && !(check.Findings.IsEmpty && check.Unfinished.IsEmpty); reading++)
        {
            check = check.With(Of(await BoardSnapshot.ReadAsync(grains, definition.Value, cancellation)));
        }

        return DmaResult.Grant(check);
    }

    /// <summary>Adds a later reading: what only one of the two shows is passing, or was not unfinished.</summary>
    public BoardCheck With(BoardCheck later) => later with
    {
        Findings = [.. later.Findings.Intersect(Findings)],
        Passing = [.. Passing, .. Findings.Except(later.Findings), .. later.Findings.Except(Findings)],
        Unfinished = [.. later.Unfinished.Intersect(Unfinished)],
    };

    /// <summary>
    /// Repairs what can be repaired, then checks the board. Repairs wrong listings, interrupted exports, debts, pages and mappings held for
    /// nobody, and memory that is not set up. Each buffer is repaired in a turn of its own, so commands may run meanwhile. Pages with two
    /// owners, and pages that memory does not hold for their buffer, cannot be repaired and are reported again.
    /// </summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="board">The board.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <returns>ENOENT when there is no such board; what <see cref="IBoardGrain.ReplaceAsync"/> answers when it has to be set up again.</returns>
    public static async Task<DmaResult<BoardCheck>> RepairAsync(
        IGrainFactory grains, string board, CancellationToken cancellation = default)
    {
        var grain = grains.GetBoard(board);
        var definition = await grain.GetAsync(cancellation);
        if (!definition.IsGranted)
        {
            return DmaResult.Refuse<BoardCheck>(definition.Refusal!);
        }

        var snapshot = await BoardSnapshot.ReadAsync(grains, definition.Value, cancellation);
        var mended = ImmutableArray.CreateBuilder<string>();
        if (IsNotLaidOut(snapshot) || !snapshot.IsListed)
        {
            var again = IsNotLaidOut(snapshot)
                ? await grain.ReplaceAsync(definition.Value, cancellation)
                : await grain.DefineAsync(definition.Value, cancellation);
            if (!again.IsGranted)
            {
                return DmaResult.Refuse<BoardCheck>(again.Refusal!);
            }

            mended.Add(IsNotLaidOut(snapshot) ? "the board's memory, MMUs and devices are set up again" : "the board is on the list of boards again");
        }

        foreach (var name in ToRepair(snapshot))
        {
            cancellation.ThrowIfCancellationRequested();
            var repaired = await grains.GetBuffer(board, name).RepairAsync(
                [.. snapshot.HeldPages.Where(token => token.Buffer == name)],
                [.. snapshot.HeldMappings.Where(token => token.Buffer == name)],
                cancellation);
            if (!repaired.TryGetValue(out var repair))
            {
                return DmaResult.Refuse<BoardCheck>(repaired.Refusal!);
            }

            mended.AddRange(Mendings(snapshot, name, repair));
        }

        var checking = await RunAsync(grains, board, cancellation);
        return checking.TryGetValue(out var check) ? DmaResult.Grant(check with { Mended = mended.ToImmutable() }) : checking;
    }

    /// <summary>Checks a snapshot.</summary>
    public static BoardCheck Of(BoardSnapshot board) => new(
        board.Definition.Name,
        board.Buffers.Length,
        board.Buffers.Aggregate(0UL, (sum, buffer) => sum + (buffer.Storage?.PageCount ?? 0)),
        board.Buffers.Sum(buffer => buffer.Mappings.Length),
        [
            .. board.Buffers.SelectMany(BrokenInvariants),
            .. SharedPages(board),
            .. Pages(board),
            .. Accounts(board),
            .. Mappings(board),
            .. Listings(board),
        ],
        [.. UnfinishedIn(board)]);

    private static IEnumerable<BoardFinding> BrokenInvariants(DmaBuffer buffer)
    {
        string? broken = null;
        try
        {
            buffer.AssertInvariants();
            foreach (var mapping in buffer.Mappings)
            {
                mapping.AssertInvariants(mapping.ToTable());
            }
        }
        catch (InvalidOperationException problem)
        {
            broken = problem.Message;
        }

        return broken is null ? [] : [new(FindingKind.Invariant, buffer.Name, broken)];
    }

    private static IEnumerable<BoardFinding> SharedPages(BoardSnapshot board)
    {
        var byPage = board.Buffers
            .SelectMany(buffer => ExtentsOf(buffer).Select(extent => (buffer.Name, Extent: extent)))
            .OrderBy(held => held.Extent.FirstPfn)
            .ToList();
        (string Name, PageExtent Extent) furthest = default;
        foreach (var held in byPage)
        {
            if (held.Extent.FirstPfn < furthest.Extent.EndPfn)
            {
                yield return new(
                    FindingKind.SharedPages, held.Name,
                    $"the page at {held.Extent.Address} is also {(held.Name == furthest.Name ? "elsewhere in it" : furthest.Name + "'s")}");
            }

            furthest = held.Extent.EndPfn > furthest.Extent.EndPfn ? held : furthest;
        }
    }

    private static IEnumerable<BoardFinding> Pages(BoardSnapshot board)
    {
        var held = board.HeldPages.ToHashSet();
        foreach (var buffer in board.Buffers.Where(buffer => HasPages(buffer) && !held.Contains(buffer.Token)))
        {
            yield return new(FindingKind.PagesNotHeld, buffer.Name, $"the board's memory does not hold its {buffer.Storage!.PageCount} pages")
            {
                Generation = buffer.Generation,
            };
        }

        // First maps and migrations request pages before they are stored; pages of earlier generations are given back together with the buffer's own.
        var generations = board.Buffers.ToLookup(buffer => buffer.Name, buffer => buffer.Generation);
        foreach (var token in held
            .Where(token => !board.Unmade.Contains(token.Buffer))
            .Where(token => generations[token.Buffer].All(generation => token.Generation > generation + 1)))
        {
            yield return new(FindingKind.PagesLeaked, token.Buffer, $"the board's memory holds {token}, which no buffer has");
        }
    }

    private static IEnumerable<BoardFinding> Accounts(BoardSnapshot board)
    {
        // Leftovers of an interrupted command are held, but their size is unknown.
        if (IsNotLaidOut(board) || !board.HeldPages.ToHashSet().SetEquals(board.Buffers.Where(HasPages).Select(buffer => buffer.Token)))
        {
            yield break;
        }

        foreach (var region in board.Definition.Memory)
        {
            var pages = board.Buffers.SelectMany(ExtentsOf).Where(region.Contains)
                .Aggregate(0UL, (sum, extent) => sum + extent.SizeBytes);
            var counted = board.Memory.FirstOrDefault(use => use.Name == region.Name)?.HeldBytes;
            if (counted != pages)
            {
                yield return new(
                    FindingKind.Accounts, null,
                    $"region {region.Name} counts {counted?.ToString() ?? "no"} bytes held, but its buffers have {pages}");
            }
        }
    }

    private static IEnumerable<BoardFinding> Mappings(BoardSnapshot board)
    {
        var held = board.HeldMappings.ToHashSet();
        var living = board.Buffers.SelectMany(buffer => buffer.HeldMappings).ToHashSet();
        foreach (var token in living.Except(held))
        {
            yield return new(
                FindingKind.MappingNotHeld, token.Buffer, $"the board's MMUs do not hold its mapping number {token.Sequence}");
        }

        // Everything held under a buffer's name is given back with the buffer.
        var names = board.Buffers.Select(buffer => buffer.Name).ToHashSet();
        foreach (var token in held.Except(living).Where(token => !names.Contains(token.Buffer)))
        {
            yield return new(
                FindingKind.MappingLeaked, token.Buffer, $"the board's MMUs hold mapping number {token.Sequence}, which no buffer has");
        }
    }

    private static bool IsNotLaidOut(BoardSnapshot board) => board.Memory.IsEmpty && !board.Definition.Memory.IsEmpty;

    private static IEnumerable<BoardFinding> Listings(BoardSnapshot board)
    {
        foreach (var name in board.Unlisted)
        {
            yield return new(FindingKind.Listing, name, "it exists, but the board does not list it") { Generation = GenerationOf(name) };
        }

        foreach (var name in board.StillListed)
        {
            yield return new(FindingKind.Listing, name, "it is gone, but the board still lists it") { Generation = GenerationOf(name) };
        }

        if (IsNotLaidOut(board))
        {
            yield return new(FindingKind.SetUp, null, "the board's memory is not set up");
        }

        if (!board.IsListed)
        {
            yield return new(FindingKind.SetUp, null, "the board is missing from the list of boards");
        }

        uint? GenerationOf(string name) => board.Buffers.FirstOrDefault(buffer => buffer.Name == name)?.Generation;
    }

    /// <summary>Buffers that need a repair, and names without a buffer under which something is held.</summary>
    private static SortedSet<string> ToRepair(BoardSnapshot board)
    {
        var names = new SortedSet<string>([.. board.Unmade, .. board.Unlisted, .. board.StillListed], StringComparer.Ordinal);
        names.UnionWith(board.Buffers.Where(buffer => buffer.IsInDebt).Select(buffer => buffer.Name));
        var buffers = board.Buffers.ToDictionary(buffer => buffer.Name);
        names.UnionWith(board.HeldPages.GroupBy(token => token.Buffer)
            .Where(held => !HeldInVain.Pages(buffers.GetValueOrDefault(held.Key), held).IsEmpty).Select(held => held.Key));
        names.UnionWith(board.HeldMappings.GroupBy(token => token.Buffer)
            .Where(held => !HeldInVain.Mappings(buffers.GetValueOrDefault(held.Key), held).IsEmpty).Select(held => held.Key));
        return names;
    }

    private static IEnumerable<string> Mendings(BoardSnapshot board, string name, BufferRepair repaired)
    {
        if (repaired.IsAlive && board.Unlisted.Contains(name))
        {
            yield return $"{name}: the board lists it again";
        }

        if (!repaired.IsAlive && (board.Unmade.Contains(name) || board.StillListed.Contains(name)))
        {
            yield return $"{name}: the board no longer lists it";
        }

        if (repaired.HasPaid)
        {
            yield return $"{name}: it gave back what it owed";
        }

        if (!repaired.Pages.IsEmpty)
        {
            yield return $"{name}: pages that were held for no buffer were given back: {string.Join(", ", repaired.Pages)}";
        }

        if (!repaired.Mappings.IsEmpty)
        {
            yield return $"{name}: mappings that were held for no buffer were ended: number {string.Join(", ", repaired.Mappings.Select(token => token.Sequence))}";
        }
    }

    private static IEnumerable<string> UnfinishedIn(BoardSnapshot board)
    {
        foreach (var name in board.Unmade)
        {
            yield return $"{name}: its export was interrupted; export it again, or repair the board";
        }

        foreach (var buffer in board.Buffers.Where(buffer => buffer.IsInDebt))
        {
            yield return $"{buffer.Name}: it has pages or addresses to give back; silos retry this until it is done";
        }

        var mapped = board.HeldMappings.ToLookup(token => token.Buffer, token => token.Sequence);
        foreach (var buffer in board.Buffers.Where(buffer => !buffer.IsInDebt))
        {
            var living = buffer.Mappings.Select(mapping => mapping.HeldAs).ToHashSet();
            foreach (var number in mapped[buffer.Name].Where(number => !living.Contains(number)))
            {
                yield return $"{buffer.Name}: mapping number {number} was interrupted; the next one with that number, or the release, takes it over";
            }
        }

        var generations = board.HeldPages.ToLookup(token => token.Buffer, token => token.Generation);
        foreach (var buffer in board.Buffers.Where(buffer => !buffer.IsInDebt && generations[buffer.Name].Any(one => one < buffer.Generation)))
        {
            yield return $"{buffer.Name}: pages of an earlier storage arrived too late; they are given back with its current storage";
        }

        var held = board.HeldPages.ToHashSet();
        foreach (var buffer in board.Buffers.Where(buffer => buffer is { Storage: null, IsReleasedByAll: false } && held.Contains(buffer.Token)))
        {
            yield return $"{buffer.Name}: its first map was interrupted; the next one, or the release, takes the pages over";
        }
    }

    /// <summary>Whether a buffer has pages that it does not owe: what it owes, memory may have taken back and given away again.</summary>
    private static bool HasPages(DmaBuffer buffer) => buffer.Storage is { } storage && !buffer.OwedTokens.Contains(storage.Token);

    private static IEnumerable<PageExtent> ExtentsOf(DmaBuffer buffer) => HasPages(buffer) ? buffer.Storage!.Extents : [];
}
