using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Tests.Shared;

/// <summary>Commands to a buffer alone, with answers that are there before they are asked for.</summary>
internal static class AnsweredSteps
{
    /// <summary>Carries out a command.</summary>
    /// <exception cref="InvalidOperationException">It asks for something that is not there.</exception>
    public static Transition Apply(
        this DmaBuffer buffer,
        DmaCommand command,
        Device? device,
        DmaResult<BackingStorage>? allocation,
        DmaResult<DmaMapped>? mapped = null)
    {
        var step = buffer.Begin(command);
        while (step.Question is { } question)
        {
            step = question switch
            {
                CommandQuestion.NeedsDevice ask => ask.Answer(device),
                CommandQuestion.NeedsMemory ask when allocation is { } given => ask.Answer(given),
                CommandQuestion.NeedsTranslation ask when mapped is { } given => ask.Answer(given),
                _ => throw new InvalidOperationException($"Nothing to answer to {question.Kind}."),
            };
        }

        return step.Decided;
    }

    /// <summary>What a command asks of memory first; null when nothing.</summary>
    public static AllocationRequest? AllocationFor(this DmaBuffer buffer, DmaCommand command, Device? device = null)
    {
        var step = buffer.Begin(command);
        step = step.Question is CommandQuestion.NeedsDevice ask ? ask.Answer(device) : step;
        return (step.Question as CommandQuestion.NeedsMemory)?.Request;
    }
}
