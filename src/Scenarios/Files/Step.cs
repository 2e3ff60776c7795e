using System.Diagnostics.CodeAnalysis;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;

namespace DmaGrains.Scenarios.Files;

/// <summary>One step of an importer.</summary>
/// <param name="Kind">The kind of step.</param>
/// <param name="Buffer">The buffer; empty for a step of the device.</param>
/// <param name="Direction">Which way data moves, for steps that have a direction.</param>
/// <param name="Expected">The errno with which the file expects it to be refused; null for granted, or without an expectation.</param>
/// <param name="HasExpectation">Whether the file states the outcome.</param>
/// <param name="Line">Its line in the file, from 1.</param>
[SuppressMessage("Naming", "CA1716", Justification = "Step is what it is; only Visual Basic reserves the word.")]
public sealed record Step(
    StepKind Kind, string Buffer, DmaDirection Direction, Errno? Expected, bool HasExpectation, int Line)
{
    /// <summary>For a map: its further options.</summary>
    public MapOptions Options { get; init; }

    /// <summary>For a switch of contexts: the new context, from 0.</summary>
    public uint Context { get; init; }

    /// <summary>For new DMA parameters of the device: what its driver declares, or null.</summary>
    public DeviceDmaParameters? Parameters { get; init; }
}
