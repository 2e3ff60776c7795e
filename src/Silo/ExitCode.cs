namespace DmaGrains.Silo;

/// <summary>Exit codes (numbers of sysexits.h; 128 plus the signal's number for signals, as in shells).</summary>
public static class ExitCode
{
    /// <summary>Done, with a good result.</summary>
    public const int Good = 0;

    /// <summary>Done, with a refusal or a failed check.</summary>
    public const int Refused = 1;

    /// <summary>The arguments or an input file are wrong.</summary>
    public const int Usage = 64;

    /// <summary>A cluster or a storage is unavailable; a later attempt may succeed.</summary>
    public const int Unavailable = 69;

    /// <summary>A fault of the program or of its environment.</summary>
    public const int Fault = 70;

    /// <summary>Output cannot be written.</summary>
    public const int CannotWrite = 74;

    /// <summary>A silo does not let the caller in, or do this.</summary>
    public const int NotPermitted = 77;

    /// <summary>Interrupted by SIGINT, which is Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>The reader of the output has gone; 128 plus SIGPIPE.</summary>
    public const int ReaderGone = 141;

    /// <summary>Terminated by SIGTERM.</summary>
    public const int Terminated = 143;
}
