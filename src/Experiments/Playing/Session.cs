using DmaGrains.Model.Buffers;

namespace DmaGrains.Experiments.Playing;

/// <summary>Buffers that come together, are used together and go together: one, or those of a pool.</summary>
[GenerateSerializer, Alias("dma.experiment-session")]
internal sealed class Session
{
    /// <summary>Of which stream, by its place in the file.</summary>
    [Id(0)]
    public int Stream { get; init; }

    /// <summary>Which of that stream, from 0.</summary>
    [Id(1)]
    public ulong Number { get; init; }

    /// <summary>When it came, in nanoseconds.</summary>
    [Id(2)]
    public ulong ArrivedAt { get; init; }

    /// <summary>The size of each buffer.</summary>
    [Id(3)]
    public ulong SizeBytes { get; init; }

    /// <summary>Who imports them: which of the stream's sets.</summary>
    [Id(4)]
    public int Set { get; init; }

    /// <summary>The buffers; null before the export.</summary>
    [Id(5)]
    public required DmaBuffer?[] Buffers { get; init; }

    /// <summary>What each importer holds of each buffer: first those of the first buffer.</summary>
    [Id(6)]
    public required Holding[] Holdings { get; init; }

    /// <summary>From when on each importer uses them, in nanoseconds.</summary>
    [Id(7)]
    public required ulong[] JoinsAt { get; init; }

    /// <summary>How often they have been used.</summary>
    [Id(8)]
    public uint Uses { get; set; }

    /// <summary>How often it has been tried to serve them.</summary>
    [Id(9)]
    public uint Attempts { get; set; }

    /// <summary>Where they are in their life.</summary>
    [Id(10)]
    public SessionStage Stage { get; set; }

    /// <summary>Whether they were refused at some step.</summary>
    [Id(11)]
    public bool WasRefused { get; set; }

    /// <summary>Whether each buffer has been mapped before.</summary>
    [Id(12)]
    public required bool[] HasBeenMapped { get; init; }

    /// <summary>Who was told to try again and has not mapped since, as <see cref="Holdings"/>; null when nobody ever was.</summary>
    [Id(13)]
    public bool[]? ToldAgain { get; set; }

    /// <summary>How many importers there are.</summary>
    public int Importers => JoinsAt.Length;

    /// <summary>Whether no importer takes part any more. Recorded buffers may have none; they stay.</summary>
    public bool IsLeft => Holdings.Length != 0 && Array.TrueForAll(Holdings, static holding => (holding & Holding.Left) != 0);

    /// <summary>Whether somebody was told to try again and never got in.</summary>
    public bool IsSomebodyOut => ToldAgain is { } told && Array.IndexOf(told, true) >= 0;

    /// <summary>Notes whether an importer of a buffer was told to try again, or has got in.</summary>
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

    /// <summary>Nothing any more: it was refused, or has crashed.</summary>
    Left = 4,

    /// <summary>Nothing any more: it has done with the buffer.</summary>
    Done = 8,
}

/// <summary>Where a session is in its life.</summary>
internal enum SessionStage
{
    /// <summary>Its buffers are being exported, and attached and mapped as far as that comes first.</summary>
    BeingServed = 0,

    /// <summary>It waits for memory.</summary>
    Waiting = 1,

    /// <summary>Its buffers are in use.</summary>
    Served = 2,

    /// <summary>It is over, but a device that hangs still holds something.</summary>
    Ending = 3,
}
