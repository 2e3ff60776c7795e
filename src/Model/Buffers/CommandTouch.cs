using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <summary>What a command may touch beyond its buffer, in any state of the buffer. The board asserts this at each command.</summary>
/// <param name="Asks">The questions that it may ask.</param>
/// <param name="GivesBackPages">Whether it may give back pages.</param>
/// <param name="GivesBackAddresses">Whether it may give back addresses of MMUs or slots of the bounce pool.</param>
public readonly record struct CommandTouch(QuestionKinds Asks, bool GivesBackPages = false, bool GivesBackAddresses = false)
{
    /// <summary>Whether it may ask MMUs or the bounce pool for addresses, held or for a trial.</summary>
    public bool AsksForAddresses => (Asks & (QuestionKinds.Translation | QuestionKinds.TranslationTrial)) != QuestionKinds.None;

    /// <summary>What a trial map may touch.</summary>
    /// <param name="policy">How the exporter treats its importers.</param>
    public static CommandTouch OfTestMap(ExporterPolicy policy) => new(
        QuestionKinds.TranslationTrial | (MapAllocates(policy) ? QuestionKinds.MemoryTrial : QuestionKinds.None));

    /// <summary>What a release or a revoke may touch.</summary>
    internal static CommandTouch OfLettingGo { get; } = new(QuestionKinds.None, true, true);

    /// <summary>What an attach may touch.</summary>
    internal static CommandTouch OfAttach(ExporterPolicy policy) => new(
        QuestionKinds.Device
        | (Moves(policy) || policy.Allocation == AllocationTime.AtFirstAttach ? QuestionKinds.Memory : QuestionKinds.None)
        | (policy.AttachTest == AttachTest.None ? QuestionKinds.None : QuestionKinds.MemoryTrial | QuestionKinds.TranslationTrial),
        GivesBackPages: Moves(policy));

    /// <summary>What a map may touch.</summary>
    internal static CommandTouch OfMap(ExporterPolicy policy) => new(
        QuestionKinds.Translation | (MapAllocates(policy) ? QuestionKinds.Memory : QuestionKinds.None), MapAllocates(policy), GivesBackAddresses: true);

    /// <summary>What a get of the scatterlist or of page frame numbers may touch.</summary>
    internal static CommandTouch OfGet(ExporterPolicy policy) =>
        new(MapAllocates(policy) ? QuestionKinds.Memory : QuestionKinds.None, MapAllocates(policy));

    /// <summary>What an unmap may touch.</summary>
    internal static CommandTouch OfUnmap(ExporterPolicy policy, bool mayBeLetGo)
    {
        var put = OfPut(policy, mayBeLetGo);
        return put with { Asks = QuestionKinds.Context | put.Asks, GivesBackAddresses = true };
    }

    /// <summary>What a put of the scatterlist or of page frame numbers may touch.</summary>
    internal static CommandTouch OfPut(ExporterPolicy policy, bool mayBeLetGo) =>
        new(Moves(policy) ? QuestionKinds.Memory : QuestionKinds.None, Moves(policy) || mayBeLetGo);

    /// <summary>What a detach may touch.</summary>
    internal static CommandTouch OfDetach(ExporterPolicy policy, bool mayBeLetGo) => new(
        policy.DetachReading == DetachReading.Now ? QuestionKinds.Devices : QuestionKinds.None, mayBeLetGo, mayBeLetGo);

    private static bool Moves(ExporterPolicy policy) => policy.LateAttach == LateAttach.Migrate;

    private static bool MapAllocates(ExporterPolicy policy) =>
        Moves(policy) || policy.Allocation != AllocationTime.AtExport;
}
