using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <summary>What a command may touch beyond its buffer, whatever state that is in. The board asserts it at each command.</summary>
/// <param name="Asks">What it may ask on its way.</param>
/// <param name="GivesBackPages">Whether pages may be given back by it.</param>
/// <param name="GivesBackAddresses">Whether addresses of MMUs, or slots of the bounce pool, may be given back by it.</param>
public readonly record struct CommandTouch(QuestionKinds Asks, bool GivesBackPages = false, bool GivesBackAddresses = false)
{
    /// <summary>Whether MMUs or the bounce pool are asked for addresses, to keep or for trial.</summary>
    public bool AsksForAddresses => (Asks & (QuestionKinds.Translation | QuestionKinds.TranslationTrial)) != QuestionKinds.None;

    /// <summary>Of a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="policy">How the exporter treats its importers.</param>
    /// <param name="mayBeLetGo">Whether the buffer may be released or revoked before it.</param>
    public static CommandTouch Of(DmaCommand command, ExporterPolicy policy, bool mayBeLetGo) => command.Touch(policy, mayBeLetGo);

    /// <summary>Of a map that is tried and not kept.</summary>
    /// <param name="policy">As for <see cref="Of"/>.</param>
    public static CommandTouch OfTestMap(ExporterPolicy policy) => new(
        QuestionKinds.TranslationTrial | (MapAllocates(policy) ? QuestionKinds.MemoryTrial : QuestionKinds.None));

    /// <summary>Of a release or a revoke.</summary>
    internal static CommandTouch OfLettingGo { get; } = new(QuestionKinds.None, true, true);

    /// <summary>Of an attach.</summary>
    internal static CommandTouch OfAttach(ExporterPolicy policy) => new(
        QuestionKinds.Device
        | (Moves(policy) || policy.Allocation == AllocationTime.AtFirstAttach ? QuestionKinds.Memory : QuestionKinds.None)
        | (policy.AttachTest == AttachTest.None ? QuestionKinds.None : QuestionKinds.MemoryTrial | QuestionKinds.TranslationTrial),
        GivesBackPages: Moves(policy));

    /// <summary>Of a map.</summary>
    internal static CommandTouch OfMap(ExporterPolicy policy) => new(
        QuestionKinds.Translation | (MapAllocates(policy) ? QuestionKinds.Memory : QuestionKinds.None), MapAllocates(policy), GivesBackAddresses: true);

    /// <summary>Of a get of the scatterlist or of page frame numbers.</summary>
    internal static CommandTouch OfGet(ExporterPolicy policy) =>
        new(MapAllocates(policy) ? QuestionKinds.Memory : QuestionKinds.None, MapAllocates(policy));

    /// <summary>Of an unmap.</summary>
    internal static CommandTouch OfUnmap(ExporterPolicy policy, bool mayBeLetGo) => OfPut(policy, mayBeLetGo) with
    {
        Asks = QuestionKinds.Context | OfPut(policy, mayBeLetGo).Asks,
        GivesBackAddresses = true,
    };

    /// <summary>Of what gives unmapped lists or page frame numbers back.</summary>
    internal static CommandTouch OfPut(ExporterPolicy policy, bool mayBeLetGo) =>
        new(Moves(policy) ? QuestionKinds.Memory : QuestionKinds.None, Moves(policy) || mayBeLetGo);

    /// <summary>Of a detach.</summary>
    internal static CommandTouch OfDetach(ExporterPolicy policy, bool mayBeLetGo) => new(
        policy.DetachReading == DetachReading.Now ? QuestionKinds.Devices : QuestionKinds.None, mayBeLetGo, mayBeLetGo);

    private static bool Moves(ExporterPolicy policy) => policy.LateAttach == LateAttach.Migrate;

    private static bool MapAllocates(ExporterPolicy policy) =>
        Moves(policy) || policy.Allocation != AllocationTime.AtExport;
}
