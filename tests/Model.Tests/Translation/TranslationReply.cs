using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>What <see cref="TranslationTables"/> answers: a refusal's parts, or what is held and what the device walks.</summary>
internal sealed record TranslationReply(
    Errno? Errno, string? Field, MappedStage[] Ranges, BouncedEntry[] Bounces, DmaSegment[] Segments)
{
    public static TranslationReply Refuse(Errno errno, string field) => new(errno, field, [], [], []);
}
