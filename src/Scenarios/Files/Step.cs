using System.Diagnostics.CodeAnalysis;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Scenarios.Files;

/// <summary>One thing that an importer does.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Buffer">Of which buffer.</param>
/// <param name="Direction">For a map: which way data moves.</param>
/// <param name="Expected">The code it is meant to be refused with; null when granted, or when nothing is said.</param>
/// <param name="HasExpectation">Whether the file says how it ends.</param>
/// <param name="Line">Where the file has it, from 1.</param>
[SuppressMessage("Naming", "CA1716", Justification = "Step is what it is; only Visual Basic reserves the word.")]
public sealed record Step(
    StepKind Kind, string Buffer, DmaDirection Direction, Errno? Expected, bool HasExpectation, int Line);
