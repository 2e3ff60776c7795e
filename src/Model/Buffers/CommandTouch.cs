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
    public static CommandTouch Of(DmaCommand command, ExporterPolicy policy, bool mayBeLetGo)
    {
        var moves = policy.LateAttach == LateAttach.Migrate;
        var allocates = MapAllocates(policy);
        return command switch
        {
            DmaCommand.Attach => new(
                QuestionKinds.Device
                | (moves || policy.Allocation == AllocationTime.AtFirstAttach ? QuestionKinds.Memory : QuestionKinds.None)
                | (policy.AttachTest == AttachTest.None ? QuestionKinds.None : QuestionKinds.MemoryTrial | QuestionKinds.TranslationTrial),
                GivesBackPages: moves),
            DmaCommand.Map or DmaCommand.MapRaw => new(
                QuestionKinds.Translation | (allocates ? QuestionKinds.Memory : QuestionKinds.None), allocates, GivesBackAddresses: true),
            DmaCommand.GetScatterlist or DmaCommand.GetPfns => new(allocates ? QuestionKinds.Memory : QuestionKinds.None, allocates),
            DmaCommand.Unmap or DmaCommand.PutScatterlist or DmaCommand.PutPfns => new(
                (command is DmaCommand.Unmap ? QuestionKinds.Context : QuestionKinds.None)
                | (moves ? QuestionKinds.Memory : QuestionKinds.None),
                moves || mayBeLetGo, command is DmaCommand.Unmap),
            DmaCommand.Detach => new(
                policy.DetachReading == DetachReading.Now ? QuestionKinds.Devices : QuestionKinds.None, mayBeLetGo, mayBeLetGo),
            DmaCommand.Release or DmaCommand.Revoke => new(QuestionKinds.None, true, true),
            _ => default,
        };
    }

    /// <summary>Of a map that is tried and not kept.</summary>
    /// <param name="policy">As for <see cref="Of"/>.</param>
    public static CommandTouch OfTestMap(ExporterPolicy policy) => new(
        QuestionKinds.TranslationTrial | (MapAllocates(policy) ? QuestionKinds.MemoryTrial : QuestionKinds.None));

    private static bool MapAllocates(ExporterPolicy policy) =>
        policy.LateAttach == LateAttach.Migrate || policy.Allocation != AllocationTime.AtExport;
}
