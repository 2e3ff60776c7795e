using System.Diagnostics.CodeAnalysis;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;

namespace DmaGrains.Scenarios.Files;

/// <summary>One thing that an importer does.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Buffer">Of which buffer; empty when it is the device that it asks.</param>
/// <param name="Direction">Which way data moves, where it does.</param>
/// <param name="Expected">The code it is meant to be refused with; null when granted, or when nothing is said.</param>
/// <param name="HasExpectation">Whether the file says how it ends.</param>
/// <param name="Line">Where the file has it, from 1.</param>
[SuppressMessage("Naming", "CA1716", Justification = "Step is what it is; only Visual Basic reserves the word.")]
public sealed record Step(
    StepKind Kind, string Buffer, DmaDirection Direction, Errno? Expected, bool HasExpectation, int Line)
{
    /// <summary>For a map: what it asks for beyond its direction.</summary>
    public MapOptions Options { get; init; }

    /// <summary>For a switch of contexts: to which, from 0.</summary>
    public uint Context { get; init; }

    /// <summary>For new DMA parameters of the device: what its driver declares; null when it declares nothing.</summary>
    public DeviceDmaParameters? Parameters { get; init; }
}
