namespace DmaGrains.Silo;

/// <summary>What a process of this project answers to its shell (sysexits.h numbers).</summary>
public static class ExitCode
{
    /// <summary>Done, and the answer is good.</summary>
    public const int Good = 0;

    /// <summary>Done, and the answer is a refusal or a failed check.</summary>
    public const int Refused = 1;

    /// <summary>The arguments or an input file are wrong.</summary>
    public const int Usage = 64;

    /// <summary>A fault of the program or of what it stands on.</summary>
    public const int Fault = 70;
}
