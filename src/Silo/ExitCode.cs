namespace DmaGrains.Silo;

/// <summary>What a process of this project answers to its shell (sysexits.h numbers; 128 and more as a shell says of a signal).</summary>
public static class ExitCode
{
    /// <summary>Done, and the answer is good.</summary>
    public const int Good = 0;

    /// <summary>Done, and the answer is a refusal or a failed check.</summary>
    public const int Refused = 1;

    /// <summary>The arguments or an input file are wrong.</summary>
    public const int Usage = 64;

    /// <summary>A cluster or a storage that is away; the same later may work.</summary>
    public const int Unavailable = 69;

    /// <summary>A fault of the program or of what it stands on.</summary>
    public const int Fault = 70;

    /// <summary>An answer cannot be written where it is to go.</summary>
    public const int CannotWrite = 74;

    /// <summary>Interrupted by SIGINT, which is Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>Whoever read the answers has gone, as SIGPIPE tells programs that do not look.</summary>
    public const int ReaderGone = 141;

    /// <summary>Told to end by SIGTERM.</summary>
    public const int Terminated = 143;
}
