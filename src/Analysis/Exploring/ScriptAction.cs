namespace DmaGrains.Analysis.Exploring;

/// <summary>What one script does next, as a number: its step, a crash, or a hang.</summary>
internal static class ScriptAction
{
    /// <summary>The number of actions of each script.</summary>
    public const int PerScript = 3;

    /// <summary>The script plays its next step.</summary>
    public const int Step = 0;

    /// <summary>The script crashes instead.</summary>
    public const int Crash = 1;

    /// <summary>The script hangs instead.</summary>
    public const int Hang = 2;

    /// <summary>The number of a script's action.</summary>
    public static int Of(int script, int what) => (script * PerScript) + what;

    /// <summary>The script of an action.</summary>
    public static int ScriptOf(int action) => action / PerScript;

    /// <summary>The kind of an action.</summary>
    public static int WhatOf(int action) => action % PerScript;
}
