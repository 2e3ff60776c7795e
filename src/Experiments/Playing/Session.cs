using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>Buffers that arrive, are used and end together: one, or those of a pool.</summary>
[GenerateSerializer, Alias("dma.experiment-session")]
internal sealed class Session
{
    /// <summary>The stream's index in the file.</summary>
    [Id(0)]
    public int Stream { get; init; }

    /// <summary>The number in the stream, from 0.</summary>
    [Id(1)]
    public ulong Number { get; init; }

    /// <summary>When it arrived, in nanoseconds.</summary>
    [Id(2)]
    public ulong ArrivedAt { get; init; }

    /// <summary>The size of each buffer.</summary>
    [Id(3)]
    public ulong SizeBytes { get; init; }

    /// <summary>The index of the stream's set of importers.</summary>
    [Id(4)]
    public int Set { get; init; }

    /// <summary>The buffers; null before the export.</summary>
    [Id(5)]
    public required DmaBuffer?[] Buffers { get; init; }

    /// <summary>What each importer holds of each buffer, buffer by buffer.</summary>
    [Id(6)]
    public required Holding[] Holdings { get; init; }

    /// <summary>When each importer begins to use them, in nanoseconds.</summary>
    [Id(7)]
    public required ulong[] JoinsAt { get; init; }

    /// <summary>The number of their uses.</summary>
    [Id(8)]
    public uint Uses { get; set; }

    /// <summary>The number of attempts to serve them.</summary>
    [Id(9)]
    public uint Attempts { get; set; }

    /// <summary>Their stage of life.</summary>
    [Id(10)]
    public SessionStage Stage { get; set; }

    /// <summary>Whether they were refused at some step.</summary>
    [Id(11)]
    public bool WasRefused { get; set; }

    /// <summary>Whether each buffer has been mapped before.</summary>
    [Id(12)]
    public required bool[] HasBeenMapped { get; init; }

    /// <summary>Which importers were told to try again and have not mapped since, ordered as <see cref="Holdings"/>; null when none ever was.</summary>
    [Id(13)]
    public bool[]? ToldAgain { get; set; }

    /// <summary>The number of importers.</summary>
    public int Importers => JoinsAt.Length;

    /// <summary>Whether all importers have left. Recorded buffers without importers stay.</summary>
    public bool IsLeft => Holdings.Length != 0 && Array.TrueForAll(Holdings, static holding => (holding & Holding.Left) != 0);

    /// <summary>Whether some importer was told to try again and has not succeeded.</summary>
    public bool IsSomebodyOut => ToldAgain is { } told && Array.IndexOf(told, true) >= 0;

    /// <summary>Notes whether an importer of a buffer was told to try again, or has succeeded.</summary>
    public void SetToldAgain(int buffer, int importer, bool isTold)
    {
        if (isTold || ToldAgain is not null)
        {
            ToldAgain ??= new bool[Holdings.Length];
            ToldAgain[(buffer * Importers) + importer] = isTold;
        }
    }

    /// <summary>What an importer holds of a buffer.</summary>
    public ref Holding this[int buffer, int importer] => ref Holdings[(buffer * JoinsAt.Length) + importer];
}

/// <summary>What an importer holds of a buffer.</summary>
[Flags]
internal enum Holding : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>An attachment.</summary>
    Attached = 1,

    /// <summary>A mapping.</summary>
    Mapped = 2,

    /// <summary>Nothing any more, because it was refused or crashed.</summary>
    Left = 4,

    /// <summary>Nothing any more, because it is done with the buffer.</summary>
    Done = 8,
}

/// <summary>The stages of a session.</summary>
internal enum SessionStage
{
    /// <summary>Its buffers are being exported, and attached and mapped as needed at the start.</summary>
    BeingServed = 0,

    /// <summary>It waits for memory.</summary>
    Waiting = 1,

    /// <summary>Its buffers are in use.</summary>
    Served = 2,

    /// <summary>It is over, but a hanging device still holds something.</summary>
    Ending = 3,
}
