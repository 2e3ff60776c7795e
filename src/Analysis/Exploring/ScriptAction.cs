namespace DmaGrains.Analysis.Exploring;

/// <summary>What one script does next, as a number: its step, a crash, or a hang.</summary>
internal static class ScriptAction
{
    /// <summary>Numbers for each script.</summary>
    public const int PerScript = 3;

    /// <summary>The next step.</summary>
    public const int Step = 0;

    /// <summary>A crash in its place.</summary>
    public const int Crash = 1;

    /// <summary>A hang in its place.</summary>
    public const int Hang = 2;

    /// <summary>The number.</summary>
    public static int Of(int script, int what) => (script * PerScript) + what;

    /// <summary>Whose action it is.</summary>
    public static int ScriptOf(int action) => action / PerScript;

    /// <summary>What it is.</summary>
    public static int WhatOf(int action) => action % PerScript;
}
